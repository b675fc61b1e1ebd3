//! The schema of one session: its tables by name, in the order of their names, so that SHOW TABLES reads like a list.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

/// SessionTables that are added while the session is built; questions cannot change them.
#[derive(Debug, Default)]
pub(super) struct SessionTables(RwLock<BTreeMap<String, Arc<dyn TableProvider>>>);

impl SessionTables {
    fn get(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

#[async_trait]
impl SchemaProvider for SessionTables {
    fn table_names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(self.get(name))
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, table))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

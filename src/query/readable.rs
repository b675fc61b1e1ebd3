//! The only files a plan can open: those of the lake's own store.

use std::sync::Arc;

use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry, ObjectStoreUrl};
use object_store::ObjectStore;

/// A registry that holds one store under one URL. It looks nothing up by path: `file://`, which the engine registers
/// on its own, is taken out first.
pub(super) fn only(url: &ObjectStoreUrl, store: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStoreRegistry> {
    let registry = DefaultObjectStoreRegistry::new();
    // An error would mean that the engine no longer registers it, which is what is wanted.
    drop(registry.deregister_store(ObjectStoreUrl::local_filesystem().as_ref()));
    registry.register_store(url.as_ref(), store);
    Arc::new(registry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    #[test]
    fn only_the_given_store_is_found() {
        let url = ObjectStoreUrl::parse("lake://store").unwrap();
        let registry = only(&url, Arc::new(InMemory::new()));
        assert!(registry.get_store(url.as_ref()).is_ok());
        for other in ["file://", "s3://bucket", "lake://other"] {
            let other = ObjectStoreUrl::parse(other).unwrap();
            assert!(registry.get_store(other.as_ref()).is_err(), "{other:?}");
        }
    }
}

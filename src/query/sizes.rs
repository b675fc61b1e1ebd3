//! What the names of creative sizes mean, as tables of SQL, so that views read it from data.
//!
//! `standard_sizes`: those that are traded everywhere. `size_labels`: what can serve a label; a row is creatives of one
//! format, of one size or (null) of all.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::error::Result;

use crate::model::CreativeSize;

/// Both tables by name.
pub(super) fn tables() -> Result<[(String, Arc<dyn TableProvider>); 2]> {
    Ok([("standard_sizes".to_owned(), standard()?), ("size_labels".to_owned(), labels()?)])
}

fn standard() -> Result<Arc<dyn TableProvider>> {
    let sizes = CreativeSize::standard();
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(sizes.iter().map(|(w, h)| format!("{w}x{h}"))));
    let widths: ArrayRef = Arc::new(Int64Array::from_iter_values(sizes.iter().map(|size| size.0)));
    let heights: ArrayRef = Arc::new(Int64Array::from_iter_values(sizes.iter().map(|size| size.1)));
    table(vec![("creative_size", names), ("width", widths), ("height", heights)])
}

fn labels() -> Result<Arc<dyn TableProvider>> {
    let rows: Vec<(&str, &str, Option<&str>)> = CreativeSize::labels()
        .iter()
        .flat_map(|label| {
            let formats = label.formats.iter().map(|format| (label.name.as_str(), format.as_str(), None));
            formats.chain(label.html_sizes.iter().map(|size| (label.name.as_str(), "HTML", Some(size.as_str()))))
        })
        .collect();
    let labels: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0)));
    let formats: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1)));
    let sizes: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>());
    table(vec![("creative_size", labels), ("format", formats), ("canonical_size", sizes)])
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<Arc<dyn TableProvider>> {
    let field = |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

#[cfg(test)]
mod tests {
    use crate::query::fixture::{Memory, show};

    #[test]
    fn sizes_and_labels_can_be_asked() {
        let engine = Memory::of(Vec::new()).engine();
        let shown = show(&engine, "SELECT width FROM standard_sizes WHERE creative_size = '970x90'").unwrap();
        assert!(shown.contains("| 970   |"), "{shown}");
        let shown = show(&engine, "SELECT count(*) FROM size_labels WHERE creative_size = 'Interstitial'").unwrap();
        assert!(shown.contains("| 7 "), "{shown}");
    }
}

//! Files into groups that are read side by side: balanced by bytes, newest day first in each.

use std::sync::Arc;

use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::FileGroup;

use super::super::LiveFile;
use super::schema::{ScanSchema, partition_values};
use super::statistics;

/// Above this, files carry no statistics of their own into the plan: a scan of so many files is not helped by
/// skipping one at run time, and they would cost more than the rest of planning.
const FILES_WITH_STATISTICS: usize = 512;

/// Groups for `target` readers; `files` come newest day first.
pub(super) fn balanced(schema: &ScanSchema, files: &[Arc<LiveFile>], needed: &[bool], target: usize) -> Vec<FileGroup> {
    let count = target.clamp(1, files.len().max(1));
    let mut groups: Vec<(u64, FileGroup)> = (0..count).map(|_| (0, FileGroup::default())).collect();
    let with_statistics = files.len() <= FILES_WITH_STATISTICS;
    for file in files {
        let mut planned = PartitionedFile::new(file.relative.as_str(), file.bytes)
            .with_partition_values(partition_values(file))
            // Page index and footer in one read.
            .with_metadata_size_hint(usize::try_from(file.tail_bytes).unwrap_or(0));
        if with_statistics {
            planned.statistics = Some(Arc::new(statistics::of_all(schema, std::slice::from_ref(file), needed)));
        }
        if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
            *bytes += file.bytes;
            group.push(planned);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

//! Long work on the lake tells how far it is, and takes turns with imports.

/// Who listens to such work, and says when it may change something. `()` listens to nothing and lets it.
pub trait Steps: Sync {
    /// A stage begins in which so many bytes are to be done; 0 where they are not counted.
    fn stage(&self, name: &'static str, bytes_total: u64) {
        let _ = (name, bytes_total);
    }

    /// So many bytes more of the stage are done.
    fn done(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Does the work while nobody else changes the store, once: what is read there is still so when it is committed. One
    /// partition at a time, so that imports do not wait for long.
    fn in_turn(&self, work: &mut dyn FnMut()) {
        work();
    }

    /// Whether to end after the partition or file that is under way; what was done until then stays.
    fn is_stopping(&self) -> bool {
        false
    }
}

impl Steps for () {}

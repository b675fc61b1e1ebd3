//! Who wants to know how far an import is.

/// Told from the importing threads; implementations must be quick.
pub trait Progress: Sync {
    /// The import of a file entered a stage: `reading`, `writing`, `committing`.
    fn stage(&self, file: &str, stage: &'static str);
    /// That many bytes more were read.
    fn read(&self, bytes: u64);
    /// Who wants to know it of one of several files, by its place among them; else they are told as one.
    fn of_file(&self, _number: usize) -> Option<&dyn Progress> {
        None
    }
}

/// Nobody wants to know.
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _: &str, _: &'static str) {}
    fn read(&self, _: u64) {}
}

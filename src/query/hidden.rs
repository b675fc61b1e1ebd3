//! Takes the directories of this machine out of words that people see: errors and plans.

use std::cmp::Reverse;
use std::path::PathBuf;

/// Paths of this machine that no answer and no error shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// Hides these directories; the longest first, so that one inside another goes whole.
    pub(super) fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut texts: Vec<String> = paths
            .into_iter()
            .flat_map(|path| [path.canonicalize().ok(), std::path::absolute(&path).ok()])
            .flatten()
            .filter_map(|path| path.to_str().map(|text| text.trim_end_matches('/').to_owned()))
            .filter(|text| !text.is_empty())
            .collect();
        texts.sort_by_key(|text| (Reverse(text.len()), text.clone()));
        texts.dedup();
        Self(texts)
    }

    /// The text without those directories; what lies in them keeps its relative name.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for path in &self.0 {
            text = text.replace(&format!("{path}/"), "");
            // The directory itself, not one whose name begins alike.
            let mut at = 0;
            while let Some(found) = text[at..].find(path.as_str()).map(|found| at + found) {
                let end = found + path.len();
                let is_whole = !text[end..].starts_with(|next: char| next.is_alphanumeric() || "-_.".contains(next));
                if is_whole {
                    text.replace_range(found..end, "");
                }
                at = if is_whole { found } else { end };
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_directory_leaves_only_the_relative_name() {
        let dir = tempfile::tempdir().unwrap();
        let hidden = Hidden::new([dir.path().to_owned()]);
        let shown = hidden.clean(&format!("Parquet error in {}/lake/a.parquet: bad page", dir.path().display()));
        assert_eq!(shown, "Parquet error in lake/a.parquet: bad page");
        let beside = format!("{}-other: no space in {}", dir.path().display(), dir.path().display());
        assert_eq!(hidden.clean(&beside), format!("{}-other: no space in ", dir.path().display()));
    }
}

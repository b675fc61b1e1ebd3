//! Two accounts with the same ids: what one does leaves the other as it was.

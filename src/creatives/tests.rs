//! Creatives over a real store.

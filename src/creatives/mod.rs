//! What creatives show and where they ran: previews, thumbnails, countries, spend.
//!
//! Invariant: nothing here runs what a creative holds; a thumbnail that cannot be made says why.

pub mod preview;

pub use preview::Preview;

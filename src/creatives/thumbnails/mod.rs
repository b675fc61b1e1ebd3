//! Thumbnails of creatives: made once, kept as files, with a row that says how the last try ended.
//!
//! What creatives point to is not to be trusted. Invariants: only the public internet is asked, a limited number of bytes
//! within a limited time; what is kept is an image by its own first bytes; whatever goes wrong is a reason in the row,
//! never an error of the others.

mod addresses;
mod batch;
mod fetch;
mod ffmpeg;
mod kinds;
mod make;
mod shelf;

pub use batch::{Coverage, Media, ThumbnailMade, Tools, Until, Wanted};
pub use ffmpeg::Ffmpeg;
pub use kinds::image_type;
pub use shelf::{SCRATCH_PREFIX, Shelf};

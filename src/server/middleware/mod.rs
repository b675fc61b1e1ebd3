//! What happens around every request: its id and its line in the log, and whether it may come from where it comes.

mod origin;
mod request_id;

pub(super) use origin::own_origin;
pub(super) use request_id::identify;

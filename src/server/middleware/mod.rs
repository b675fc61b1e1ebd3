//! What happens around every request: its id and its line in the log, whether it may come from where it comes, and
//! what becomes of the rest of a refused one.

mod origin;
mod request_id;
mod unread;

pub(super) use origin::own_origin;
pub(super) use request_id::identify;
pub(super) use unread::read_on;

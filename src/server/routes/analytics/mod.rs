//! Analytics: named questions as they are (`reports`), and the figures of the dashboard in its own shapes.

mod reports;

pub(in crate::server) use reports::configs;
pub(in crate::server::routes) use reports::window_of;

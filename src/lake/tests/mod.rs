//! The lake as a whole: commit and time travel, scans, damage, and what crashes leave.

mod commit;
mod damage;
mod fixture;
mod objects;
mod open;
mod scan;

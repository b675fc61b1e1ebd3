//! The lake as a whole: commit and time travel, scans, damage, and what crashes leave.

mod commit;
mod compact;
mod damage;
mod fixture;
mod open;
mod readers;
mod retain;
mod scan;

//! A lake and an inbox in an object store, over a real S3 server that the test starts: the same answers as of a directory,
//! and nothing lost or written over whatever becomes of server, requests and objects.
//!
//! Needs a Python with the wheels of tests/python/requirements.txt, named by `CATSCAN_PYTHON` (else `python3`).

mod care;
mod damage;
mod duckdb;
mod inbox;
mod lake;
mod server;
mod trouble;

pub use server::S3;

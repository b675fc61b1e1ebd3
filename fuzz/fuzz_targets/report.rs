#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| catscan::fuzzing::report(bytes));

//! A refusal reaches its client also where it was decided before the body came.

use super::*;

#[test]
fn a_refusal_waits_for_a_body_that_is_under_way() {
    let server = TestServer::start();
    let body = vec![b'x'; 300_000];
    let head = format!(
        "POST /api/performance/import-csv?kind=nonsense HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // The refusal is known by now, and the body comes in parts.
    for part in body.chunks(100_000) {
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(part).expect("the connection stays open while the body comes");
    }
    assert_eq!(read_answer(&mut stream).status, 422);
}

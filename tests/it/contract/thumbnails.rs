//! Thumbnails: made by a stand-in for ffmpeg from a server of this machine, and refused where they must be.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Dashboard;
use crate::serve::Server;
use crate::store::{TestStore, repository};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture \xff\xd9";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

/// What ffmpeg is taken to do: a picture of what is a video, and what goes wrong, as the video says.
const STAND_IN: &str = r#"#!/bin/sh
if [ "$1" = "-version" ]; then echo "ffmpeg version 7.1-standin Copyright (c) nobody"; exit 0; fi
file=
while [ $# -gt 0 ]; do [ "$1" = "-i" ] && file="$2"; shift; done
case "$(tail -c +13 "$file")" in
    hang) sleep 600 ;;
    fail) exit 1 ;;
    text) echo "no picture" ;;
    *) printf '\377\330\377\340 a picture \377\331' ;;
esac
"#;

/// Answers by path; lives as long as the test.
fn media_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let own = address.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let own = own.clone();
            std::thread::spawn(move || answer(stream.unwrap(), &own));
        }
    });
    address
}

fn answer(mut stream: TcpStream, own: &str) {
    let mut request = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    // A client that has gone away needs no answer.
    let Ok(1..) = request.read_line(&mut line) else { return };
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while line.trim_end() != "" {
        line.clear();
        let Ok(1..) = request.read_line(&mut line) else { return };
    }
    let video = |word: &str| [b"\0\0\0\x10ftypisom", word.as_bytes()].concat();
    let vast = |file: &str| {
        format!(
            "<VAST><Ad><InLine><MediaFiles><MediaFile type='video/mp4'>{own}{file}</MediaFile></MediaFiles></InLine></Ad></VAST>"
        )
    };
    let wrapper = format!("<VAST><Ad><Wrapper><VASTAdTagURI>{own}/vast.xml</VASTAdTagURI></Wrapper></Ad></VAST>");
    let (status, more, body): (&str, String, Vec<u8>) = match path.as_str() {
        "/ok.mp4" => ("200 OK", String::new(), video("ok")),
        "/hang.mp4" => ("200 OK", String::new(), video("hang")),
        "/fail.mp4" => ("200 OK", String::new(), video("fail")),
        "/text.mp4" => ("200 OK", String::new(), video("text")),
        "/vast.xml" => ("200 OK", String::new(), vast("/ok.mp4").into()),
        "/wrapper.xml" => ("200 OK", String::new(), wrapper.into()),
        "/loop.xml" => ("200 OK", String::new(), vast("/loop.xml").into()),
        "/playlist.mp4" => ("200 OK", String::new(), b"#EXTM3U\nfile:///etc/passwd".to_vec()),
        "/moved" => ("302 Found", "Location: /ok.mp4\r\n".to_owned(), Vec::new()),
        "/circle" => ("302 Found", "Location: /circle\r\n".to_owned(), Vec::new()),
        "/to-file" => ("302 Found", "Location: file:///etc/passwd\r\n".to_owned(), Vec::new()),
        "/expired" => ("403 Forbidden", String::new(), Vec::new()),
        "/broken" => ("500 Internal Server Error", String::new(), Vec::new()),
        "/image.png" => ("200 OK", String::new(), PNG.to_vec()),
        "/page.png" => ("200 OK", String::new(), b"<html>log in</html>".to_vec()),
        "/cut" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\0\0\0\x10ftyp");
            return;
        }
        "/silent" => {
            // Until the client has had enough.
            let _ = stream.read(&mut [0]);
            return;
        }
        _ => ("404 Not Found", String::new(), Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

/// The store with these creatives in the account, as Google would list them.
fn sync(store: &TestStore, account: &str, creatives: &[Value]) {
    let dir = store.beside(account);
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("creatives.json"), json!({ "creatives": creatives }).to_string()).unwrap();
    store.succeed(&["sync", "--account", account, "--from-files", dir.to_str().unwrap()]);
}

fn video(id: &str, url: &str) -> Value {
    let name = format!("buyers/7/creatives/{id}");
    json!({"name": name, "accountId": "7", "creativeId": id, "creativeFormat": "VIDEO", "video": {"videoUrl": url}})
}

fn html(id: &str, snippet: &str) -> Value {
    let name = format!("buyers/7/creatives/{id}");
    json!({"name": name, "accountId": "7", "creativeId": id, "creativeFormat": "HTML", "html": {"snippet": snippet}})
}

fn stand_in(store: &TestStore) -> PathBuf {
    let program = store.beside("ffmpeg");
    std::fs::write(&program, STAND_IN).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// A server that has the stand-in, three seconds for each thumbnail, and may ask this machine.
fn server_with_ffmpeg(store: &TestStore) -> Server {
    let program = stand_in(store);
    Server::with(
        store,
        &[
            ("CATSCAN_CREATIVES_FFMPEG", program.to_str().unwrap()),
            ("CATSCAN_CREATIVES_THUMBNAIL_SECONDS", "3"),
            ("CATSCAN_CREATIVES_ALLOW_PRIVATE_ADDRESSES", "true"),
        ],
    )
}

fn outcomes(answer: &Value) -> Vec<(String, String)> {
    let results = answer["results"].as_array().unwrap();
    let mut all: Vec<_> = results
        .iter()
        .map(|result| {
            let why = result["error_reason"].as_str().unwrap_or(result["status"].as_str().unwrap());
            (result["creative_id"].as_str().unwrap().to_owned(), why.to_owned())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn each_video_gets_a_picture_or_a_reason_and_leaves_the_queue() {
    let media = media_server();
    let store = TestStore::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let expected = [
        ("circle", format!("{media}/circle"), "network_error"),
        ("cut", format!("{media}/cut"), "network_error"),
        ("expired", format!("{media}/expired"), "url_expired"),
        ("fail", format!("{media}/fail.mp4"), "unknown"),
        ("file", "file:///etc/passwd".to_owned(), "invalid_url"),
        ("hang", format!("{media}/hang.mp4"), "timeout"),
        ("loop", format!("{media}/loop.xml"), "no_video_url"),
        ("moved", format!("{media}/moved"), "success"),
        ("no address", "not an address".to_owned(), "invalid_url"),
        ("nobody", format!("http://{closed}/"), "network_error"),
        ("nothing", format!("{media}/nothing"), "url_not_found"),
        ("ok", format!("{media}/ok.mp4"), "success"),
        ("playlist", format!("{media}/playlist.mp4"), "unknown"),
        ("silent", format!("{media}/silent"), "timeout"),
        ("text", format!("{media}/text.mp4"), "unknown"),
        ("to-file", format!("{media}/to-file"), "invalid_url"),
        ("vast", format!("{media}/vast.xml"), "success"),
        ("wrapper", format!("{media}/wrapper.xml"), "success"),
        ("~none", String::new(), "no_video_url"),
    ];
    let creatives: Vec<Value> = expected.iter().map(|(id, url, _)| video(id, url)).collect();
    sync(&store, "default", &creatives);
    let server = server_with_ffmpeg(&store);
    let dashboard = Dashboard::of(&server);
    let state = dashboard.get("/thumbnails/status");
    assert_eq!(
        (&state["total_videos"], &state["pending"], &state["ffmpeg_available"]),
        (&json!(19), &json!(19), &json!(true))
    );

    let answer = dashboard.post("/thumbnails/generate-batch", &json!({"limit": 100}));
    let told: Vec<_> = expected.iter().map(|(id, _, why)| ((*id).to_owned(), (*why).to_owned())).collect();
    assert_eq!(outcomes(&answer), told);
    let counts = [&answer["total_processed"], &answer["success_count"], &answer["failed_count"]];
    assert_eq!(counts, [&json!(19), &json!(4), &json!(15)]);
    let state = dashboard.get("/thumbnails/status");
    assert_eq!(
        (&state["with_thumbnails"], &state["failed"], &state["pending"], &state["coverage_percent"]),
        (&json!(4), &json!(15), &json!(0), &json!(21.1))
    );
    assert_eq!(dashboard.post("/thumbnails/generate-batch", &json!({}))["total_processed"], 0);
    assert_eq!(dashboard.post("/thumbnails/generate-batch", &json!({"force": true, "limit": 2}))["total_processed"], 2);
    assert_eq!(dashboard.post("/thumbnails/generate-batch", &json!({"seat_id": "8"}))["total_processed"], 0);
    let left: Vec<_> =
        std::fs::read_dir(store.data_dir().join("tmp")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("thumbnail-")), "{left:?}");

    let broken = dashboard.get("/creatives/expired");
    let expired =
        json!({"status": "failed", "error_reason": "url_expired", "has_thumbnail": false, "thumbnail_url": null});
    assert_eq!(broken["thumbnail_status"], expired);
    for (body, status) in [(json!({"limit": 0}), 422), (json!({"limit": 501}), 422), (json!({"force": "x"}), 422)] {
        dashboard.refused("POST", "/thumbnails/generate-batch", Some(&body), status);
    }
}

#[test]
fn a_picture_is_given_with_a_tag_and_kept_for_good_under_its_own_address() {
    let media = media_server();
    let store = TestStore::new();
    let odd = "../a b/%2e?ü";
    sync(
        &store,
        "default",
        &[video("v1", &format!("{media}/ok.mp4")), video(odd, &format!("{media}/ok.mp4")), html("h1", "")],
    );
    let server = server_with_ffmpeg(&store);
    let dashboard = Dashboard::of(&server);
    dashboard.refused("GET", "/thumbnails/v1.jpg", None, 404);
    let made = dashboard.post("/thumbnails/generate", &json!({"creative_id": "v1"}));
    let url = made["thumbnail_url"].as_str().unwrap().to_owned();
    assert_eq!(dashboard.get("/creatives/v1")["video"]["thumbnail_url"], url.as_str());
    let (status, headers, bytes) = server.fetch(&url, &[]);
    assert_eq!((status, bytes.as_slice()), (200, JPEG));
    assert_eq!(
        (headers["content-type"].as_str(), headers["x-content-type-options"].as_str()),
        ("image/jpeg", "nosniff")
    );
    assert!(headers["cache-control"].contains("immutable"), "{headers:?}");
    let (status, plain, _) = server.fetch("/thumbnails/v1.jpg", &[("if-none-match", &headers["etag"])]);
    assert_eq!((status, plain["cache-control"].as_str()), (304, "private, no-cache"));

    let made = dashboard.post("/thumbnails/generate", &json!({"creative_id": odd}));
    assert_eq!(server.fetch(made["thumbnail_url"].as_str().unwrap(), &[]).2, JPEG);
    let skipped = dashboard.post("/thumbnails/generate", &json!({"creative_id": "h1"}));
    assert_eq!((&skipped["status"], &skipped["error_reason"]), (&json!("skipped"), &json!("not_video")));
    dashboard.refused("POST", "/thumbnails/generate", Some(&json!({"creative_id": "nobody"})), 404);
    dashboard.refused("POST", "/thumbnails/generate", Some(&json!({})), 422);

    // What is lost is made again.
    std::fs::remove_dir_all(store.data_dir().join("thumbnails")).unwrap();
    assert_eq!(dashboard.get("/thumbnails/status")["pending"], 2);
    assert_eq!(dashboard.get("/creatives/v1")["thumbnail_status"]["has_thumbnail"], false);
    assert_eq!(dashboard.post("/thumbnails/generate-batch", &json!({}))["success_count"], 2);
    dashboard.ask("DELETE", "/creatives/v1", None, 200);
    dashboard.refused("GET", "/thumbnails/v1.jpg", None, 404);
}

#[test]
fn markup_gives_its_first_image_as_it_is() {
    let media = media_server();
    let store = TestStore::new();
    let image = |path: &str| format!("<a><img src='{media}{path}'></a>");
    sync(
        &store,
        "default",
        &[html("good", &image("/image.png")), html("page", &image("/page.png")), html("text", "<p>hello")],
    );
    let server = server_with_ffmpeg(&store);
    let dashboard = Dashboard::of(&server);
    let answer = dashboard.ask("POST", "/thumbnails/extract-html", None, 200);
    let counts = [&answer["processed"], &answer["success"], &answer["failed"], &answer["no_image_found"]];
    assert_eq!(counts, [&json!(3), &json!(1), &json!(1), &json!(1)]);
    let (_, headers, bytes) = server.fetch("/thumbnails/good.jpg", &[]);
    assert_eq!((headers["content-type"].as_str(), bytes.as_slice()), ("image/png", PNG));
    assert!(
        dashboard.get("/creatives/good")["html"]["thumbnail_url"].as_str().unwrap().starts_with("/thumbnails/good.jpg")
    );
    let none = json!({"status": null, "error_reason": "no_url", "has_thumbnail": false, "thumbnail_url": null});
    assert_eq!(dashboard.get("/creatives/text")["thumbnail_status"], none);
    assert_eq!(dashboard.post("/thumbnails/extract-html", &json!({"limit": 5}))["processed"], 0);
    assert_eq!(dashboard.post("/thumbnails/extract-html", &json!({"force_retry": true}))["processed"], 2);
    dashboard.refused("POST", "/thumbnails/extract-html", Some(&json!({"limit": 1001})), 422);
}

#[test]
fn nothing_beside_this_machine_is_asked_unless_the_owner_says_so() {
    let media = media_server();
    let port = media.rsplit(':').next().unwrap();
    let store = TestStore::new();
    let hosts = ["127.0.0.1", "localhost", "[::1]", "0", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1"];
    let creatives: Vec<Value> = hosts.iter().map(|host| video(host, &format!("http://{host}:{port}/ok.mp4"))).collect();
    sync(&store, "default", &creatives);
    let program = stand_in(&store);
    let server = Server::with(&store, &[("CATSCAN_CREATIVES_FFMPEG", program.to_str().unwrap())]);
    let answer = Dashboard::of(&server).post("/thumbnails/generate-batch", &json!({}));
    assert_eq!(answer["total_processed"], 7);
    assert!(outcomes(&answer).iter().all(|(_, why)| why == "invalid_url"), "{answer:#}");
}

#[test]
fn without_ffmpeg_it_is_said_and_videos_stay_pending() {
    let store = TestStore::new();
    store.sync(&repository("data/samples/entities"));
    let server = Server::with(&store, &[("CATSCAN_CREATIVES_FFMPEG", "/nowhere/ffmpeg")]);
    let dashboard = Dashboard::of(&server);
    let said = dashboard.refused("POST", "/thumbnails/generate-batch", Some(&json!({})), 503);
    assert!(said.contains("creatives.ffmpeg"), "{said}");
    dashboard.refused("POST", "/thumbnails/generate", Some(&json!({"creative_id": "cr-1001"})), 503);
    let state = dashboard.get("/thumbnails/status");
    assert_eq!(
        (&state["pending"], &state["failed"], &state["ffmpeg_available"]),
        (&json!(1), &json!(0), &json!(false))
    );
    assert_eq!(dashboard.get("/creatives/cr-1001")["thumbnail_status"]["error_reason"], "no_ffmpeg");
}

#[test]
fn the_same_creative_of_two_accounts_has_two_pictures_and_two_previews() {
    let media = media_server();
    let store = TestStore::new();
    store.succeed(&["account", "add", "second"]);
    sync(&store, "default", &[video("same", &format!("{media}/ok.mp4"))]);
    sync(&store, "second", &[video("same", &format!("{media}/expired"))]);
    let server = server_with_ffmpeg(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.post("/thumbnails/generate-batch?account=default", &json!({}))["success_count"], 1);
    assert_eq!(dashboard.get("/thumbnails/status?account=second")["pending"], 1);
    dashboard.refused("GET", "/thumbnails/same.jpg?account=second", None, 404);
    assert_eq!(dashboard.post("/thumbnails/generate-batch?account=second", &json!({}))["failed_count"], 1);
    let of = |account: &str| dashboard.get(&format!("/creatives/same?account={account}"));
    assert_eq!(of("default")["thumbnail_status"]["status"], "success");
    assert_eq!(of("second")["thumbnail_status"]["error_reason"], "url_expired");
    assert!(of("second")["video"]["video_url"].as_str().unwrap().ends_with("/expired"));
    dashboard.ask("DELETE", "/creatives/same?account=second", None, 200);
    assert_eq!(of("default")["thumbnail_status"]["has_thumbnail"], true);
    assert_eq!(server.fetch("/thumbnails/same.jpg", &[]).0, 200);
}

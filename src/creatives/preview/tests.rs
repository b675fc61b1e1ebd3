//! Previews of what creatives really hold, and of what they should not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const VAST: &str = r#"<?xml version="1.0"?>
<VAST version="3.0"><Ad id="1"><InLine><AdTitle>Shoes &amp; more</AdTitle><Creatives>
  <Creative><Linear><Duration>00:00:15</Duration><MediaFiles>
    <MediaFile delivery="progressive" type="application/javascript" apiFramework="VPAID"><![CDATA[https://cdn.example/vpaid.js]]></MediaFile>
    <MediaFile delivery="streaming" type="video/mp4" width="640" height="360">https://cdn.example/live.mp4</MediaFile>
    <MediaFile delivery="progressive" type="video/webm" width="1280" height="720">https://cdn.example/a.webm</MediaFile>
    <MediaFile delivery="progressive" type="video/mp4" width="1920" height="1080"><![CDATA[ https://cdn.example/a.mp4?x=1&y=2 ]]></MediaFile>
  </MediaFiles></Linear></Creative>
  <Creative><CompanionAds><Companion width="300" height="250"><StaticResource creativeType="image/png">https://cdn.example/c.png?a=1&amp;b=2</StaticResource></Companion></CompanionAds></Creative>
</Creatives></InLine></Ad></VAST>"#;

fn video(more: Value) -> Video {
    Preview::of("VIDEO", &json!({"video": more}).to_string()).video.unwrap()
}

#[test]
fn the_best_file_of_a_vast_is_the_video() {
    let video = video(json!({"videoVastXml": VAST}));
    assert_eq!(video.video_url.as_deref(), Some("https://cdn.example/a.mp4?x=1&y=2"));
    assert_eq!((video.width, video.height), (Some(1920), Some(1080)));
    assert_eq!(video.duration.as_deref(), Some("00:00:15"));
    assert_eq!(video.companion_image_url.as_deref(), Some("https://cdn.example/c.png?a=1&b=2"));
    assert_eq!((video.wrapper_of, video.vast_xml.as_deref()), (None, Some(VAST)));
}

#[test]
fn a_declared_address_wins_and_a_said_duration_too() {
    let said =
        json!({"videoUrl": "https://cdn.example/v.mp4", "videoMetadata": {"duration": "7s"}, "videoVastXml": VAST});
    let video = video(said);
    assert_eq!(
        (video.video_url.as_deref(), video.duration.as_deref()),
        (Some("https://cdn.example/v.mp4"), Some("7s"))
    );
}

#[test]
fn a_wrapper_is_named_and_has_no_media() {
    let wrapper = "<VAST><Ad><Wrapper><VASTAdTagURI><![CDATA[https://other.example/vast?a=1]]></VASTAdTagURI>\
                   </Wrapper></Ad></VAST>";
    let video = video(json!({"videoVastXml": wrapper}));
    assert_eq!(video.wrapper_of.as_deref(), Some("https://other.example/vast?a=1"));
    assert_eq!((video.video_url, video.width), (None, None));
}

#[test]
fn a_broken_vast_is_read_as_far_as_it_goes_and_entities_are_not_expanded() {
    let cut = &VAST[..VAST.find("</MediaFiles>").unwrap()];
    assert_eq!(Vast::read(cut).files.len(), 4);
    let bomb = r#"<!DOCTYPE v [<!ENTITY a "https://evil.example/"><!ENTITY b "&a;&a;&a;&a;">]>
        <VAST><Linear><Duration>&b;&b;&b;</Duration><MediaFiles><MediaFile type="video/mp4">&a;x</MediaFile>
        <MediaFile type="video/mp4">https://ok.example/&#97;.mp4</MediaFile></MediaFiles></Linear></VAST>"#;
    let vast = Vast::read(bomb);
    assert_eq!(vast.duration, None);
    assert_eq!(vast.files.iter().map(|file| file.url.as_str()).collect::<Vec<_>>(), ["https://ok.example/a.mp4"]);
    let long = format!("<VAST>{}<MediaFile>https://a.example/</MediaFile></VAST>", " ".repeat(LONGEST_READ_BYTES));
    assert_eq!(video(json!({"videoVastXml": long})).video_url, None, "longer than what is read");
}

#[test]
fn the_first_image_of_markup_is_no_pixel_and_no_script() {
    let of = |snippet: &str| {
        Preview::of("HTML", &json!({"html": {"snippet": snippet, "width": "300", "height": 250}}).to_string())
            .html
            .unwrap()
    };
    let html = of(
        r#"<script>var x = "<img src='https://no.example/'>"</script><img src=https://t.example/p.gif width=1 height=1>
        <!-- <img src="https://no.example/c.png"> --><IMG SRC='//cdn.example/a.png?b=1&amp;c=2'>"#,
    );
    assert_eq!((html.width, html.height), (Some(300), Some(250)));
    assert_eq!(html.image_url.as_deref(), Some("https://cdn.example/a.png?b=1&c=2"));
    for none in ["", "<p>text", "<img>", "<img src='data:image/png;base64,AA'>", "<img src='javascript:alert(1)'>"] {
        assert_eq!(of(none).image_url, None, "{none}");
    }
    assert_eq!(of("<video poster='https://a.example/p.jpg'>").image_url.as_deref(), Some("https://a.example/p.jpg"));
}

#[test]
fn a_native_ad_gives_its_parts_and_the_size_of_its_image() {
    let raw = json!({
        "native": {"headline": "Music", "body": " ", "callToAction": "Install", "clickLinkUrl": "https://m.example/",
                   "image": {"url": "https://cdn.example/i.jpg", "width": 1200, "height": "627"}},
        "creativeServingDecision": {"networkPolicyCompliance": {"topics": [{"policyTopic": "A"}, {"policyTopic": "B"}]}}
    });
    let preview = Preview::of("NATIVE", &raw.to_string());
    assert_eq!(preview.dimensions(), Some((1200, 627)));
    assert_eq!(preview.rejection_reason.as_deref(), Some("A, B"));
    let native = preview.native.unwrap();
    assert_eq!((native.headline.as_deref(), native.body, native.logo), (Some("Music"), None, None));
    assert_eq!(Preview::of("NATIVE", "no JSON").native, Some(Native::default()));
    assert_eq!(Preview::of("IMAGE", "{}"), Preview::default());
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>(), cut in 0..VAST.len(), insert in "[<>&;!/\\[\\]\"'a-z=]{0,40}") {
        let vast = format!("{}{insert}{}", &VAST[..cut], &VAST[cut..]);
        for text in [&text, &vast, &insert] {
            Vast::read(text);
            markup::first_image(text);
            Preview::of("VIDEO", text);
        }
    }
}

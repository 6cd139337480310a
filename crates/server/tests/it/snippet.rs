//! The script of Segment's classic snippet, as the operator names it.

use std::{fs, io::Read};

use flate2::read::GzDecoder;
use server::config::{Collect, Config};
use tempfile::TempDir;
use testkit::{
    client::{Answer, Request},
    process::WRITE_KEY,
};

use crate::shop::{Shop, code, is};

const SCRIPT: &str = "window.analyticsWriteKey='__WRITE_KEY__';main()";
const PART: &str = "/analytics-next/bundles/auto-track.bundle.f131.js";

fn shop_with_script() -> (Shop, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("standalone.js");
    fs::write(&file, SCRIPT).unwrap();
    fs::write(folder.path().join("auto-track.bundle.f131.js"), "part()").unwrap();
    fs::write(folder.path().join("private.js"), "private()").unwrap();
    let collect = Collect { analytics_js: Some(file) };
    (Shop::with(Config { collect, prefix: "/abc".into(), ..Config::default() }), folder)
}

fn script_of(key: &str) -> String {
    format!("/analytics.js/v1/{key}/analytics.min.js")
}

fn get(shop: &Shop, path: &str, headers: &[(&str, &str)]) -> Answer {
    shop.nobody().call(&Request { method: "GET", path, headers, body: None })
}

#[test]
fn a_page_with_a_key_gets_the_script_and_its_parts() {
    let (shop, _folder) = shop_with_script();
    let script = get(&shop, &script_of(WRITE_KEY), &[("origin", "https://shop.example")]).expect(200);
    assert_eq!(script.body, SCRIPT.as_bytes());
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(script.header("access-control-allow-origin"), Some("https://shop.example"));
    let part = get(&shop, PART, &[]).expect(200);
    assert_eq!(part.body, b"part()");
    assert!(part.header("cache-control").unwrap().contains("immutable"), "its name has its hash in it");
    for path in [format!("/abc{}", script_of(WRITE_KEY)), format!("/abc{PART}")] {
        _ = get(&shop, &path, &[]).expect(200);
    }
}

#[test]
fn a_copy_that_is_still_right_is_not_sent_again() {
    let (shop, _folder) = shop_with_script();
    let path = script_of(WRITE_KEY);
    let etag = get(&shop, &path, &[]).expect(200).header("etag").unwrap().to_owned();
    let again = get(&shop, &path, &[("if-none-match", &format!("\"other\", {etag}"))]).expect(304);
    assert_eq!((again.body.len(), again.header("etag")), (0, Some(etag.as_str())));
    _ = get(&shop, &path, &[("if-none-match", "\"other\"")]).expect(200);
}

#[test]
fn a_browser_that_says_so_gets_it_compressed() {
    let (shop, _folder) = shop_with_script();
    let answer = get(&shop, &script_of(WRITE_KEY), &[("accept-encoding", "br, gzip")]).expect(200);
    assert_eq!((answer.header("content-encoding"), answer.header("vary")), (Some("gzip"), Some("Accept-Encoding")));
    let mut plain = String::new();
    GzDecoder::new(answer.body.as_slice()).read_to_string(&mut plain).unwrap();
    assert_eq!(plain, SCRIPT);
}

#[test]
fn nothing_else_is_served() {
    let (shop, _folder) = shop_with_script();
    assert_eq!(code(&get(&shop, &script_of("pk_unknown"), &[])), is(401, "UNKNOWN_KEY"));
    for file in ["standalone.js", "private.js", "..%2Fkeys.json", "none.bundle.js"] {
        let answer = get(&shop, &format!("/analytics-next/bundles/{file}"), &[]);
        assert_eq!(code(&answer), is(404, "NOT_FOUND"), "{file}");
    }
}

#[test]
fn without_a_script_the_answer_names_the_setting() {
    let shop = Shop::new();
    for path in [script_of(WRITE_KEY), PART.to_owned()] {
        let answer = get(&shop, &path, &[]);
        assert_eq!(code(&answer), is(404, "SCRIPT_OFF"), "{path}");
        assert!(answer.json()["message"].as_str().unwrap().contains("`collect.analytics_js`"), "{answer:?}");
    }
    assert_eq!(code(&get(&shop, &script_of("pk_unknown"), &[])), is(401, "UNKNOWN_KEY"));
}

//! The live stream over a real socket.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};
use testkit::process::SECRET_KEY;

use crate::shop::Shop;

struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(shop: &Shop) -> Self {
        let mut socket = TcpStream::connect(shop.url().strip_prefix("http://").unwrap()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let request = format!("GET /v1/live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET_KEY}\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut stream = Self(BufReader::new(socket));
        while stream.line() != ": listening" {}
        stream
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
        line.trim_end().to_owned()
    }

    fn item(&mut self) -> Value {
        loop {
            if let Some(data) = self.line().strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

#[test]
fn the_stream_shows_what_arrives_and_why_something_was_refused() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let mut stream = Stream::open(&shop);
    let page = json!({"type": "page", "anonymousId": "a1", "messageId": "m1", "name": "Secret Page"});
    shop.send(&json!([page, {"type": "page", "anonymousId": "stranger"}, {"type": "wat", "anonymousId": "a1"}]));
    shop.send(&json!([page]));
    let items: Vec<Value> = (0..4).map(|_| stream.item()).collect();
    let kinds: Vec<_> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["event", "counted", "rejected", "duplicate"]);
    assert_eq!((&items[0]["name"], &items[0]["source"]), (&json!("page"), &json!("web")));
    assert!(items[0]["profile"].as_str().unwrap().starts_with("prf_"));
    assert_eq!(items[2]["code"], "UNKNOWN_TYPE");
    assert!(items[2]["id"].as_str().unwrap().starts_with("rej_"));
    let all = json!(items).to_string();
    for personal in ["a1", "stranger", "Secret Page"] {
        assert!(!all.contains(&format!("\"{personal}\"")), "{all}");
    }
}

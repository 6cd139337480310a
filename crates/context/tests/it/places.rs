//! Places by address.

use std::net::IpAddr;

use context::{Places, Recognizer, Request, Settings};

use crate::{
    asking::{facts, fields, silent},
    mmdb::{self, KNOWN, KNOWN_V4, Shape, UNKNOWN},
};

const NAMES: &[&str] = &["country", "region", "city"];

fn at(shape: Shape, ip: &str) -> String {
    let places = Some(mmdb::places(shape));
    let recognizer = Recognizer::new(Settings { places, own_hosts: Vec::new() });
    let ip = Some(ip.parse().expect("tests name addresses"));
    facts(&recognizer.recognize(&Request { ip, ..silent() }), NAMES)
}

#[test]
fn databases_of_either_shape_are_read() {
    assert_eq!(at(Shape::Nested, KNOWN), "BE BE-BRU Brussels");
    assert_eq!(at(Shape::Nested, KNOWN_V4), "BE BE-BRU Brussels");
    assert_eq!(at(Shape::Nested, &format!("::ffff:{KNOWN_V4}")), "BE BE-BRU Brussels");
    assert_eq!(at(Shape::Flat, KNOWN), "FR Brittany Brest");
    assert_eq!(at(Shape::Country, KNOWN), "CH - -");
    assert_eq!(at(Shape::Odd, KNOWN), "- - -");
    assert_eq!(at(Shape::Nested, UNKNOWN), "- - -");
    assert_eq!(at(Shape::Nested, "10.0.0.1"), "- - -");
}

#[test]
fn a_server_says_its_visitors_address() {
    let recognizer = Recognizer::new(Settings { places: Some(mmdb::places(Shape::Nested)), ..Settings::default() });
    let own: Option<IpAddr> = Some(KNOWN_V4.parse().unwrap());
    let country =
        |body: &_, ip| facts(&recognizer.recognize(&Request { body_context: body, ip, ..silent() }), &["country"]);
    assert_eq!(country(&fields([("ip", KNOWN.into())]), None), "BE");
    assert_eq!(country(&fields([("ip", UNKNOWN.into())]), own), "-");
    assert_eq!(country(&fields([("ip", "x".into())]), own), "BE");
    let another = fields([("userAgent", "Mozilla/5.0 (iPhone)".into())]);
    assert_eq!(country(&another, own), "-", "the address is the server's");
}

#[test]
fn a_database_says_what_it_is() {
    let places = mmdb::places(Shape::Flat);
    assert_eq!((places.kind(), places.built_at_s()), ("Test-City", 1_772_445_600));
}

#[test]
fn what_is_no_database_is_refused_or_has_no_places() {
    let whole = mmdb::bytes(Shape::Nested);
    assert!(Places::new(Vec::new()).is_err());
    assert!(Places::new(b"not a database".to_vec()).is_err());
    let message = Places::new(vec![0; 99]).unwrap_err().to_string();
    assert!(message.starts_with("The file is no database of places"), "{message}");
    for cut in (0..whole.len()).step_by(7) {
        assert!(Places::new(whole[..cut].to_vec()).is_err(), "cut at {cut}");
    }
}

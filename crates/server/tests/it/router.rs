//! The router serves the table of `api`, and nothing else.

use api::endpoint::{Auth, ENDPOINTS, Method};
use testkit::client::Request;

use crate::shop::{Shop, code, is};

#[test]
fn every_endpoint_of_the_table_is_served_with_its_kind_of_key_and_no_other_method() {
    let shop = Shop::new();
    for endpoint in ENDPOINTS {
        let path = endpoint.path.replace("{type}", "track").replace("{kind}", "segment");
        let path = path.replace("{key}", "pk").replace("{id}", "prf_x").replace("{name}", "x");
        let path = path.replace("{draft}", "x").replace("{revision}", "1");
        let path = path.replace("{feed}", "x").replace("{sender}", "shopify");
        for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
            let served = ENDPOINTS.iter().find(|other| other.path == endpoint.path && other.method == method);
            let body = matches!(method, Method::Post | Method::Put).then_some(&b"{}"[..]);
            // A connection each: an answer given before the body was read ends its connection.
            let answer = shop.nobody().call(&Request { method: method.as_str(), path: &path, headers: &[], body });
            let at = format!("{} {path}", method.as_str());
            match served.map(|endpoint| endpoint.auth) {
                None => assert_eq!(code(&answer), is(405, "METHOD_NOT_ALLOWED"), "{at}"),
                Some(Auth::Public | Auth::Secret) => assert_eq!(code(&answer), is(401, "UNKNOWN_KEY"), "{at}"),
                // There is no script and no secret of a webhook in this configuration, and each says so in its own words.
                Some(Auth::None) if answer.status == 404 => {
                    let off = if path.contains("webhooks") { "WEBHOOK_OFF" } else { "SCRIPT_OFF" };
                    assert_eq!(code(&answer), is(404, off), "{at}");
                }
                Some(Auth::None) => assert_ne!(answer.status, 405, "{at}: {answer:?}"),
            }
            if served.is_some_and(|endpoint| endpoint.auth == Auth::Secret) {
                let client = shop.write();
                let answer = client.call(&Request { method: method.as_str(), path: &path, headers: &[], body });
                assert_eq!(code(&answer), is(403, "KEY_KIND"), "{at}");
            }
        }
    }
}

#[test]
fn an_unknown_path_is_answered_in_our_own_form() {
    let shop = Shop::new();
    for path in ["/", "/v1", "/v1/nothing", "/v1/profiles", "/health/x"] {
        assert_eq!(code(&shop.secret().get(path)), is(404, "NOT_FOUND"), "{path}");
    }
    assert_eq!(code(&shop.secret().get("/v1/segments/x?wat=true")), is(400, "BAD_QUERY"));
}

#[test]
fn the_description_of_the_api_is_served() {
    let description = Shop::new().nobody().get("/openapi.json").expect(200).json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    for endpoint in ENDPOINTS {
        assert!(description["paths"][endpoint.path].is_object(), "{}", endpoint.path);
    }
}

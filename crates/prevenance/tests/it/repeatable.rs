//! Two runs with the same seed, clock and requests give the same bytes.

use serde_json::{Value, json};
use testkit::{
    client::{Client, Request, path_segment},
    process::Options,
};

use crate::shop::{Shop, identify, track};

/// One run from an empty folder: every answer as it came, and what the next requests need of it.
struct Run {
    shop: Shop,
    answers: Vec<String>,
}

impl Run {
    fn of(seed: u64) -> Vec<String> {
        let env = vec![("PREVENANCE__PARTITIONS".to_owned(), "7".to_owned())];
        let shop = Shop::open_with(Options { seed: Some(seed), env, ..Options::default() });
        let mut run = Self { shop, answers: Vec::new() };
        run.collect();
        run.know();
        run.correct();
        run.answers
    }

    /// Calls, and writes the whole answer down. Not what is of the connection: the machine's own clock, and whether it
    /// saw the end of a body that nobody wanted.
    fn call(&mut self, client: &Client, method: &str, path: &str, body: Option<&Value>) -> Value {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let answer = client.call(&Request { method, path, headers: &[], body: bytes.as_deref() });
        let mut headers: Vec<_> =
            answer.headers.iter().filter(|(name, _)| !["date", "connection"].contains(&&**name)).collect();
        headers.sort();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.answers.push(format!("{method} {path}\n{} {headers:?}\n{text}", answer.status));
        assert!(answer.status < 500, "{answer:?}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn get(&mut self, path: &str) -> Value {
        let secret = self.shop.secret.clone();
        self.call(&secret, "GET", path, None)
    }

    fn post(&mut self, path: &str, body: &Value) -> Value {
        let secret = self.shop.secret.clone();
        self.call(&secret, "POST", path, Some(body))
    }

    /// Consent and events of nine devices and three accounts, over all partitions; some without a message id, some bad.
    fn collect(&mut self) {
        let web = self.shop.web.clone();
        for device in 0..9 {
            let grant = json!({"anonymous_id": format!("d{device}"), "purposes": {"site": true}, "wording": "v1"});
            self.call(&web, "POST", "/v1/consent", Some(&grant));
        }
        self.shop.advance("1s");
        let of = |device: usize| json!({"anonymousId": format!("d{device}")});
        let mut batch: Vec<_> = (0..9).map(|device| track("Product Viewed", "", &of(device), &json!({}))).collect();
        batch.iter_mut().for_each(|event| _ = event.as_object_mut().unwrap().remove("messageId"));
        batch.push(json!({"type": "track", "anonymousId": "d1", "messageId": "nameless"}));
        batch.push(json!({"type": "page", "anonymousId": "nobody"}));
        self.call(&web, "POST", "/v1/batch", Some(&json!({"batch": batch})));
        for device in 0..9 {
            self.shop.advance("1m");
            let who = json!({"anonymousId": format!("d{device}"), "userId": format!("c{}", device % 3)});
            let login = identify(&format!("login-{device}"), &who, &json!({"city": "Brest", "number": device}));
            self.call(&web, "POST", "/v1/i", Some(&login));
        }
    }

    /// Segments, profiles with their ids, histories, copies; keys and tokens that are drawn.
    fn know(&mut self) {
        let secret = self.shop.secret.clone();
        let segment = json!({"condition": "events(\"Product Viewed\").within(\"1h\").count() >= 3"});
        self.call(&secret, "PUT", "/v1/definitions/segment/keen?wait=true", Some(&segment));
        self.get("/v1/segments/keen/members");
        for account in 0..3 {
            let profile = self.get(&format!("/v1/profiles/user_id:c{account}"));
            self.get(&format!("/v1/profiles/{}/timeline?limit=4", profile["id"].as_str().unwrap()));
            self.get(&format!("/v1/profiles/user_id:c{account}/export"));
        }
        self.post("/v1/keys", &json!({"kind": "public", "source": "web", "title": "one"}));
        self.post("/v1/keys", &json!({"kind": "secret", "source": "server", "title": "two"}));
        self.get("/v1/keys");
        self.post("/v1/identity/links", &json!({"person": "user_id:c1", "ttl_s": 600}));
    }

    /// A rejected event sent again, a merge taken back, a person erased; windows that slide.
    fn correct(&mut self) {
        let secret = self.shop.secret.clone();
        let rejected = self.get("/v1/rejected");
        let id = path_segment(rejected["rejected"][0]["id"].as_str().unwrap());
        let named = json!({"event": {"type": "track", "event": "Named", "anonymousId": "d1", "messageId": "nameless"}});
        self.call(&secret, "PUT", &format!("/v1/rejected/{id}"), Some(&named));
        self.post(&format!("/v1/rejected/{id}/replay"), &json!({}));
        self.post("/v1/profiles/user_id:c1/unmerge", &json!({}));
        self.get("/v1/profiles/user_id:c1/accesses");
        self.call(&secret, "DELETE", "/v1/profiles/user_id:c2", None);
        self.shop.advance("2h");
        self.get("/v1/segments/keen");
        self.get("/v1/profiles/user_id:c0");
        self.get("/v1/status");
    }
}

#[test]
fn the_same_seed_clock_and_requests_give_the_same_bytes() {
    let (first, second) = (Run::of(42), Run::of(42));
    for (one, other) in first.iter().zip(&second) {
        assert_eq!(one, other);
    }
    assert_eq!(first.len(), second.len());
    let other = Run::of(43);
    let differs = |answer: &str| first.iter().zip(&other).any(|(one, two)| one.starts_with(answer) && one != two);
    assert!(differs("GET /v1/profiles/user_id:c0\n"), "ids follow from the seed");
    assert!(differs("POST /v1/keys\n"), "so do keys");
}

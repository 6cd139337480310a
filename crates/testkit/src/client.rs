//! A small HTTP client that speaks to the program as a shop's server does: one key, JSON in, JSON out.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use ureq::{Agent, http};

/// How long a request may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most bytes of an answer that are read.
const ANSWER_BYTES: u64 = 256 * 1024 * 1024;

/// Calls one server with one key, or with none.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    authorization: Option<String>,
}

/// One request, for what [`Client::get`] and its siblings do not cover.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// `GET`, `POST`, `PUT`, `DELETE`, `OPTIONS`.
    pub method: &'a str,
    /// The path and query, from `/`.
    pub path: &'a str,
    /// Headers beside `Authorization`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body as it goes over the wire; `None` sends none.
    pub body: Option<&'a [u8]>,
}

/// What the server answered.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    asked: String,
}

/// No answer came: nothing listens, or the connection broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable(pub String);

impl Client {
    /// A client of the server at `base` (`http://127.0.0.1:8080`), without a key.
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Self { agent: Agent::new_with_config(config), base: base.trim_end_matches('/').to_owned(), authorization: None }
    }

    /// The same client with a key, sent as the user of HTTP Basic authentication.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        let authorization = Some(format!("Basic {}", STANDARD.encode(format!("{key}:"))));
        Self { agent: self.agent.clone(), base: self.base.clone(), authorization }
    }

    /// Gets a path. Panics if no answer comes.
    pub fn get(&self, path: &str) -> Answer {
        self.call(&Request { method: "GET", path, ..Request::default() })
    }

    /// Posts JSON. Panics if no answer comes.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call_json("POST", path, body)
    }

    /// Puts JSON. Panics if no answer comes.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.call_json("PUT", path, body)
    }

    /// Deletes. Panics if no answer comes.
    pub fn delete(&self, path: &str) -> Answer {
        self.call(&Request { method: "DELETE", path, ..Request::default() })
    }

    /// Sends any request. Panics if no answer comes.
    pub fn call(&self, request: &Request<'_>) -> Answer {
        match self.try_call(request) {
            Ok(answer) => answer,
            Err(Unreachable(why)) => panic!("{} {}: no answer: {why}", request.method, request.path),
        }
    }

    /// Posts JSON; for tests in which the server may die meanwhile.
    pub fn try_post(&self, path: &str, body: &Value) -> Result<Answer, Unreachable> {
        let body = body.to_string().into_bytes();
        let headers = &[("content-type", "application/json")];
        self.try_call(&Request { method: "POST", path, headers, body: Some(&body) })
    }

    /// Sends any request; for tests in which the server may die meanwhile.
    pub fn try_call(&self, request: &Request<'_>) -> Result<Answer, Unreachable> {
        let mut builder = http::Request::builder().method(request.method).uri(format!("{}{}", self.base, request.path));
        if let Some(authorization) = &self.authorization {
            builder = builder.header("authorization", authorization);
        }
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        let unsent = |error: http::Error| Unreachable(error.to_string());
        let answer = match request.body {
            Some(body) => self.agent.run(builder.body(body).map_err(unsent)?),
            None => self.agent.run(builder.body(()).map_err(unsent)?),
        };
        let mut answer = answer.map_err(|error| Unreachable(error.to_string()))?;
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
        let headers = answer.headers().iter();
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: headers.map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into())).collect(),
            body: body.map_err(|error| Unreachable(error.to_string()))?,
            asked: format!("{} {}", request.method, request.path),
        })
    }

    fn call_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.call(&Request { method, path, headers: &[("content-type", "application/json")], body: Some(&body) })
    }
}

impl Answer {
    /// The body as JSON. Panics, showing it, if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The answer itself if it has this status. Panics, showing it, if not.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}: {}", self.asked, self.status, self.text())
    }
}

/// Writes a text so that it can stand as one segment of a path (RFC 3986: all but unreserved bytes are escaped).
pub fn path_segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => escaped.push(byte.into()),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
        thread,
    };

    use serde_json::json;

    use super::*;

    /// Answers one request with `answer` and returns the request's head and body.
    fn one_request(answer: &'static str, call: impl FnOnce(Client) -> Answer) -> (String, String, Answer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            let length = head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            (head, String::from_utf8(body).unwrap())
        });
        let answer = call(Client::new(&base).with_key("pk_1"));
        let (head, body) = server.join().unwrap();
        (head, body, answer)
    }

    #[test]
    fn the_key_goes_as_basic_user_and_json_goes_as_json() {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"ok\":true}";
        let (head, body, answer) = one_request(ok, |client| client.post("/v1/batch", &json!({"batch": []})));
        assert!(head.starts_with("POST /v1/batch HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("authorization: basic cgtfmto="), "{head}");
        assert_eq!(body, r#"{"batch":[]}"#);
        assert_eq!(answer.expect(200).json(), json!({"ok": true}));
    }

    #[test]
    fn an_error_status_is_an_answer_not_a_failure() {
        let busy = "HTTP/1.1 503 Busy\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let (_, _, answer) = one_request(busy, |client| client.delete("/v1/profiles/prf_1"));
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")));
    }

    #[test]
    fn nobody_listening_is_told_apart_from_an_answer() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(Client::new(&format!("http://{closed}")).try_post("/", &json!({})).is_err());
    }

    #[test]
    fn an_identifier_becomes_one_path_segment() {
        assert_eq!(path_segment("email:a b/é@x"), "email:a%20b%2F%C3%A9%40x");
    }
}

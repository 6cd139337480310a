//! Connections themselves, over raw sockets.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use server::config::{Config, Limits};

use crate::shop::Shop;

/// After this a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two letters of a slow client.
const PAUSE: Duration = Duration::from_millis(20);

#[test]
fn a_header_that_never_ends_is_cut_off_however_busily_it_is_sent() {
    let limits = Limits { header_within_ms: 300, ..Limits::default() };
    let shop = Shop::with(Config { limits, ..Config::default() });
    let mut socket = connect(&shop);
    socket.write_all(b"GET /health HTTP/1.1\r\nhost: shop\r\nx-slow: ").unwrap();
    // A read that times out is the pause between two letters.
    socket.set_read_timeout(Some(PAUSE)).unwrap();
    let most = PATIENCE.as_millis() / PAUSE.as_millis();
    let is_open = |_: &u128| match socket.write_all(b"a").and_then(|()| socket.read(&mut [0; 1024])) {
        Ok(read) => read > 0,
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    };
    let letters = (0..most).take_while(is_open).count();
    assert!(letters > 0, "closed at once");
    assert!((letters as u128) < most, "never closed");
    _ = shop.nobody().get("/health").expect(200);
}

#[test]
fn an_idle_connection_is_closed_and_a_busy_one_is_kept() {
    let limits = Limits { header_within_ms: 300, ..Limits::default() };
    let shop = Shop::with(Config { limits, ..Config::default() });
    let mut socket = connect(&shop);
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    for _ in 0..3 {
        socket.write_all(b"GET /health HTTP/1.1\r\nhost: shop\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut bytes = [0; 1024];
            let read = socket.read(&mut bytes).unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&bytes[..read]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(socket.read(&mut [0; 1024]).unwrap(), 0, "closed by the server");
}

fn connect(shop: &Shop) -> TcpStream {
    TcpStream::connect(shop.url().strip_prefix("http://").unwrap()).unwrap()
}

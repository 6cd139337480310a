//! Connections: taken, given so long to say what they want, ended cleanly.
//!
//! axum's own `serve` waits for ever for the header of a request, so that sockets which send a letter a minute would
//! hold every file descriptor of the program (the slowloris attack). A body has its time limit where it is read.

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;

/// Serves every connection until `stop` is done, then lets open requests end. A connection whose next request header
/// is not complete `header_within` after the connection began, or after its last answer, is closed.
pub async fn serve(mut listener: TcpListener, router: Router, header_within: Duration, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_within);
    let (open, mut stop) = (GracefulShutdown::new(), pin!(stop));
    loop {
        let (stream, peer) = tokio::select! {
            // Not the listener's own `accept`: this one outlasts a lack of file descriptors.
            taken = Listener::accept(&mut listener) => taken,
            () = &mut stop => break,
        };
        // A small answer waits for no more bytes to come.
        _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            routes.call(request)
        });
        // That a client went away or dawdled is its own affair.
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move { _ = connection.await });
    }
    drop(listener);
    open.shutdown().await;
}

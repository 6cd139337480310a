//! The live stream: what arrives and why something was refused, to whoever listens now.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api::wire::live::LiveItem;
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use tokio::sync::broadcast::{self, Receiver, Sender, error::RecvError};

/// Items that a reader may be behind; then it is told how many it missed.
const BEHIND: usize = 1_024;
/// How often a silent stream says that it is alive, so that proxies do not cut it.
const ALIVE: Duration = Duration::from_secs(15);

/// The sending end. It holds items only for those who listen.
#[derive(Debug)]
pub(crate) struct Live {
    sender: Mutex<Option<Sender<Arc<LiveItem>>>>,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self { sender: Mutex::new(Some(broadcast::channel(BEHIND).0)) }
    }

    /// Whether anybody listens; where nobody does, items need not be made.
    pub(crate) fn is_heard(&self) -> bool {
        self.sender().is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Shows items to whoever listens.
    pub(crate) fn show(&self, items: impl IntoIterator<Item = LiveItem>) {
        let Some(sender) = self.sender() else { return };
        for item in items {
            // Nobody may be listening any more; then nobody needs it.
            let _ = sender.send(Arc::new(item));
        }
    }

    /// Ends all streams: a stop waits for the open connections.
    pub(crate) fn end(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// A stream of server-sent events from now on.
    pub(crate) fn stream(&self) -> Response {
        let receiver = self.sender().map(|sender| sender.subscribe());
        let lines = futures_util::stream::unfold((receiver, Opening::Said), |(receiver, opening)| async move {
            let mut receiver = receiver?;
            let line = match opening {
                Opening::Said => Bytes::from_static(b": listening\n\n"),
                Opening::Over => next_line(&mut receiver).await?,
            };
            Some((Ok::<_, Infallible>(line), (Some(receiver), Opening::Over)))
        });
        let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
        (headers, Body::from_stream(lines)).into_response()
    }

    fn sender(&self) -> Option<Sender<Arc<LiveItem>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether the first line, by which a reader knows that it listens, was sent.
#[derive(Debug, Clone, Copy)]
enum Opening {
    Said,
    Over,
}

async fn next_line(receiver: &mut Receiver<Arc<LiveItem>>) -> Option<Bytes> {
    match tokio::time::timeout(ALIVE, receiver.recv()).await {
        Err(_) => Some(Bytes::from_static(b": alive\n\n")),
        Ok(Ok(item)) => Some(line(&item)),
        Ok(Err(RecvError::Lagged(count))) => Some(line(&LiveItem::Skipped { count })),
        Ok(Err(RecvError::Closed)) => None,
    }
}

fn line(item: &LiveItem) -> Bytes {
    let kind = match item {
        LiveItem::Event(_) => "event",
        LiveItem::Duplicate(_) => "duplicate",
        LiveItem::Rejected(_) => "rejected",
        LiveItem::Counted { .. } => "counted",
        LiveItem::Skipped { .. } => "skipped",
    };
    let data = serde_json::to_string(item).expect("an item is always JSON");
    format!("event: {kind}\ndata: {data}\n\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(count: u64) -> LiveItem {
        LiveItem::Skipped { count }
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_how_many_it_missed() {
        let live = Live::new();
        let mut receiver = live.sender().unwrap().subscribe();
        live.show((0..BEHIND as u64 + 7).map(skipped));
        let first = next_line(&mut receiver).await.unwrap();
        assert_eq!(first, "event: skipped\ndata: {\"type\":\"skipped\",\"count\":7}\n\n");
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_program_does() {
        let live = Live::new();
        assert!(!live.is_heard());
        let mut receiver = live.sender().unwrap().subscribe();
        assert!(live.is_heard());
        live.end();
        assert_eq!(next_line(&mut receiver).await, None);
        live.show([skipped(1)]);
    }
}

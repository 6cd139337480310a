//! What collecting is measured against: a bare endpoint that parses the JSON, appends to a file, and answers when that
//! is synced. One thread writes all that waits with one write and one sync. And what deciding is measured against: a
//! bare endpoint that parses the JSON and answers with the same bytes each time.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    routing::post,
};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::Failed;

/// Bytes appended for a single event; a longer or shorter one is cut or filled. A batch is appended as it came.
const EVENT_BYTES: usize = 600;

/// What waits to be written.
struct Entry {
    bytes: Vec<u8>,
    written: oneshot::Sender<()>,
}

/// Serves until it is killed.
pub(crate) fn serve(folder: &Path) -> Result<(), Failed> {
    listen(router(&folder.join("log"))?)
}

/// Answers with what is in the file, until it is killed.
pub(crate) fn echo(answer: &Path) -> Result<(), Failed> {
    let answer = Bytes::from(std::fs::read(answer)?);
    let same = async move |body: Bytes| {
        parse(&body)?;
        Ok::<_, StatusCode>(([(CONTENT_TYPE, "application/json")], answer))
    };
    listen(Router::new().route("/v1/{path}", post(same)))
}

fn listen(router: Router) -> Result<(), Failed> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// The endpoints, appending to a file.
pub(crate) fn router(file: &Path) -> Result<Router, Failed> {
    let file = OpenOptions::new().create(true).append(true).open(file)?;
    let (sender, entries) = channel();
    std::thread::Builder::new().name("writer".into()).spawn(move || write(&file, &entries))?;
    Ok(Router::new().route("/v1/track", post(single)).route("/v1/batch", post(batch)).with_state(Arc::new(sender)))
}

type Writer = State<Arc<Sender<Entry>>>;

async fn single(State(writer): Writer, body: Bytes) -> Result<&'static str, StatusCode> {
    parse(&body)?;
    let mut bytes = body.to_vec();
    bytes.resize(EVENT_BYTES, b' ');
    append(&writer, bytes).await
}

async fn batch(State(writer): Writer, body: Bytes) -> Result<&'static str, StatusCode> {
    parse(&body)?;
    append(&writer, body.to_vec()).await
}

fn parse(body: &[u8]) -> Result<Value, StatusCode> {
    serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn append(writer: &Sender<Entry>, bytes: Vec<u8>) -> Result<&'static str, StatusCode> {
    let (written, wait) = oneshot::channel();
    writer.send(Entry { bytes, written }).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    wait.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(r#"{"success":true}"#)
}

/// Writes what waits, syncs, answers; until nobody can send any more, or writing fails.
fn write(mut file: &File, entries: &Receiver<Entry>) {
    while let Ok(first) = entries.recv() {
        let mut group = vec![first];
        group.extend(entries.try_iter());
        let bytes: Vec<u8> = group.iter().flat_map(|entry| entry.bytes.iter().copied()).collect();
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            return;
        }
        for entry in group {
            // Who asked may have gone.
            let _ = entry.written.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_refused() {
        assert_eq!(parse(b"{"), Err(StatusCode::BAD_REQUEST));
        assert!(parse(b"{}").is_ok());
    }
}

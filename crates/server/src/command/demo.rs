//! A small hiking shop to look at: its definitions, and a few hundred events that end now.

use std::{fs, net::SocketAddr, path::Path};

use api::{
    tracking::{Gpc, Route},
    wire::key::KeyKind,
};
use model::{
    name::{Name, Source},
    time::{Span, Timestamp},
};
use serde_json::{Map, Value};

use super::count_bar;
use crate::{
    app::{App, Shared},
    config::Config,
    intake::{self, Sender},
    serve::{self, Bootstrap, Fixed, ServeError},
};

const DEFINITIONS: &str = include_str!("../../../../examples/definitions/shop.toml");
const EVENTS: &str = include_str!("../../../../examples/events.ndjson");

/// The demo's keys. They are no secret: the demo holds nothing real.
const SECRET_KEY: &str = "sk_demo_0123456789abcdef";
const WRITE_KEY: &str = "pk_demo_0123456789abcdef";

/// Events of one body.
const BATCH: usize = 100;

/// Serves the sample shop. Without a folder, in a temporary one that goes away at the end.
pub fn run(config: &Config, data: Option<&Path>) -> Result<(), ServeError> {
    let temporary = std::env::temp_dir().join(format!("prevenance-demo-{}", std::process::id()));
    let folder = data.unwrap_or(&temporary).to_owned();
    let config = Config { data: folder, definitions: None, ..config.clone() };
    let bootstrap = Bootstrap { secret_key: Some(SECRET_KEY.into()), write_key: Some(WRITE_KEY.into()) };
    let served = serve::run_with(config, Fixed::default(), &bootstrap, |app, address| {
        let app = app.clone();
        // The address answers meanwhile; the events arrive like any others.
        tokio::spawn(async move {
            match fill(&app).await {
                Ok(events) => welcome(address, events),
                Err(why) => eprintln!("the sample shop could not be filled: {why}"),
            }
        });
        Ok(())
    });
    if data.is_none() {
        // What is left of a demo is of no value, and the folder for temporary files is emptied anyway.
        let _ = fs::remove_dir_all(&temporary);
    }
    served
}

async fn fill(app: &Shared) -> Result<usize, String> {
    let publishing = app.clone();
    let published = tokio::task::spawn_blocking(move || publish(&publishing)).await;
    published.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let now = app.runtime().now();
    let events = EVENTS.lines().map(|line| event(line, now)).collect::<Result<Vec<_>, String>>()?;
    let bar = count_bar("events");
    bar.set_length(events.len() as u64);
    for run in events.chunk_by(|(a, _), (b, _)| a == b).flat_map(|run| run.chunks(BATCH)) {
        send(app, run, now).await?;
        bar.inc(run.len() as u64);
    }
    bar.finish_and_clear();
    app.runtime().filled().await.map_err(|error| error.to_string())?;
    Ok(events.len())
}

fn publish(app: &App) -> Result<(), ServeError> {
    let folder = app.folder.join("demo-definitions");
    let io = |source| ServeError::Io { what: folder.display().to_string(), source };
    fs::create_dir_all(&folder).map_err(io)?;
    fs::write(folder.join("shop.toml"), DEFINITIONS).map_err(io)?;
    serve::publish_folder(app.runtime(), &folder)
}

async fn send(app: &App, run: &[(Name<Source>, Value)], now: Timestamp) -> Result<(), String> {
    let Some((source, _)) = run.first() else { return Ok(()) };
    let (source, kind) = (source.clone(), KeyKind::Secret);
    let sender = Sender { source, received_at: now, gpc: Gpc::Absent, kind, proof: None, user_agent: None };
    let batch: Vec<&Value> = run.iter().map(|(_, event)| event).collect();
    let body = serde_json::json!({ "batch": batch }).to_string();
    let taken = intake::take(app, &sender, Route::Batch, body.as_bytes()).await;
    let refused = taken.map_err(|refusal| refusal.error().to_string())?;
    match refused.first() {
        Some(refused) => Err(format!("{}: {}", refused.problem.pointer, refused.problem.message)),
        None => Ok(()),
    }
}

/// One line of the file: an event of the tracking protocol, with `source` and with `ago` in the place of a timestamp.
fn event(line: &str, now: Timestamp) -> Result<(Name<Source>, Value), String> {
    let mut event: Map<String, Value> = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
    let mut take = |name: &str| match event.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("no `{name}` in {line}")),
    };
    let (source, ago) = (take("source")?, take("ago")?);
    let ago = span(&ago).ok_or_else(|| format!("`{ago}` is no span such as 3d4h10m"))?;
    event.insert("timestamp".into(), Value::String(api::time::write(now.minus(ago))));
    Ok((source.into(), Value::Object(event)))
}

/// `3d4h10m` as a span.
fn span(text: &str) -> Option<Span> {
    let (mut ms, mut number) = (0i64, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'd' => Span::DAY,
            'h' => Span::HOUR,
            'm' => Span::MINUTE,
            's' => Span::SECOND,
            _ => return None,
        };
        ms = ms.checked_add(unit.times(number.parse().ok()?).as_millis())?;
        number.clear();
    }
    (number.is_empty() && !text.is_empty()).then(|| Span::from_millis(ms))
}

/// How a shell runs this very program, from any folder: after `cargo run` it is on nobody's path.
fn own_name() -> String {
    let name = std::env::current_exe().map_or_else(|_| "prevenance".to_owned(), |path| path.display().to_string());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if name.chars().all(is_plain) { name } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

fn welcome(address: SocketAddr, events: usize) {
    let (url, program) = (format!("http://{address}"), own_name());
    println!(
        "A small hiking shop is running, with {events} events up to now.\n\n  \
         secret key  {SECRET_KEY}\n  write key   {WRITE_KEY}\n\n\
         Try, in another terminal:\n\n  \
         curl -s -u {SECRET_KEY}: {url}/v1/segments\n  \
         curl -s -u {SECRET_KEY}: {url}/v1/profiles/user_id:ana\n  \
         {program} decide user_id:ana home-hero home-row --to {url} --key {SECRET_KEY} \\\n    \
         --event 'Product Viewed' --property category=tents --language en\n  \
         curl -s -u {SECRET_KEY}: {url}/v1/conditions/preview \\\n    \
         -d '{{\"condition\": \"events(\\\"Order Completed\\\").sum(total) > 200\"}}'\n\n\
         Everything that can be called: {url}/openapi.json\nlistening on {url}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_it_is_said() {
        assert_eq!(span("3d4h"), Some(Span::HOUR.times(76)));
        assert_eq!(span("90m5s"), Some(Span::SECOND.times(5_405)));
        for wrong in ["", "3", "d", "3x", "3d4"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_line_of_the_sample_is_an_event_with_an_id_of_its_own() {
        let now = Timestamp::saturating_from_millis(2_000_000_000_000);
        let mut ids = std::collections::BTreeSet::new();
        for line in EVENTS.lines() {
            let (_, event) = event(line, now).unwrap();
            assert!(ids.insert(event["messageId"].as_str().unwrap().to_owned()), "{line}");
        }
        assert!((200..1_000).contains(&ids.len()), "{}", ids.len());
    }
}

//! What the program does beside serving: backup, restore, export, import, check.

pub mod backup;
pub mod check;
pub mod export;
pub mod import;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over bytes, shown where standard error is a terminal.
fn bytes_bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
    bar(what, style)
}

/// A bar over profiles or events.
fn count_bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    bar(what, style)
}

fn bar(what: &str, style: Result<ProgressStyle, indicatif::style::TemplateError>) -> ProgressBar {
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(what.to_owned())
}

//! What became of the rows, for people: only what there is something to say of.

use std::fmt::Write;

use crate::{deliver::Totals, moment};

/// What was read and made of it, line by line.
pub fn made(totals: &Totals) -> String {
    let kinds = [
        (totals.events, "event", "events"),
        (totals.traits, "statement of traits", "statements of traits"),
        (totals.consents, "statement of consent", "statements of consent"),
        (totals.grants, "grant drawn", "grants drawn"),
    ];
    let kinds = kinds.into_iter().filter(|(count, ..)| *count > 0).map(numbered);
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let nothing = if totals.counts.rows == 0 { "nothing to import" } else { "nothing to send" };
    let said = if kinds.is_empty() { nothing } else { &kinds };
    let mut text = format!("{}: {said}\n", numbered((totals.counts.rows, "row", "rows")));
    if let Some((oldest, newest)) = totals.span {
        _ = writeln!(text, "  from {} to {}", moment::write(oldest), moment::write(newest));
    }
    if totals.counts.passed_over > 0 {
        _ = writeln!(text, "  {} passed over", numbered((totals.counts.passed_over, "row", "rows")));
    }
    for (code, count) in &totals.quarantined {
        _ = writeln!(text, "  {count} in quarantine: {code}");
    }
    text
}

/// What the program answered to it, line by line; nothing if there was nothing to send.
pub fn answered(totals: &Totals) -> String {
    let (mut text, answers) = (String::new(), &totals.answers);
    if totals.made() == 0 {
        return text;
    }
    _ = writeln!(text, "  {} of them taken", totals.taken());
    if answers.known > 0 {
        _ = writeln!(text, "  {} known already", answers.known);
    }
    if answers.counted > 0 {
        _ = writeln!(text, "  {} counted only: nobody consented that they be kept", answers.counted);
    }
    for (code, count) in &answers.refused {
        _ = writeln!(text, "  {count} refused, in quarantine: {code}");
        if code == "TIMESTAMP_FUTURE" {
            _ = writeln!(
                text,
                "    They lie more than a day ahead of the program's clock. Is that clock right, and did it start with a \
                 --test-clock before the last row?"
            );
        }
    }
    text
}

/// That there were rows, and all of them were bad or refused: an import that came to nothing.
pub fn came_to_nothing(totals: &Totals) -> Option<&'static str> {
    let bad = totals.quarantined.values().sum::<u64>();
    match (totals.made(), totals.taken() + totals.answers.known) {
        (0, _) if bad > 0 => Some("nothing is left to send: every row is in quarantine or passed over"),
        (1.., 0) if totals.answers.refused.is_empty() => Some("nothing was kept: nobody consented to it"),
        (1.., 0) => Some("nothing was taken: the program refused it, or nobody consented that it be kept"),
        _ => None,
    }
}

fn numbered((count, one, many): (u64, &str, &str)) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

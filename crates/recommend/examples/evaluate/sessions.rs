//! The next item of anonymous sessions, every prefix of every test session.

use std::{collections::BTreeMap, path::Path};

use model::time::Timestamp;
use recommend::{
    history::{Deed, Group, History, Interaction, Item, Person},
    session::{Memory, Sessions, Settings},
};

use crate::{
    Failed, Part, cpu_s, now, peak_mib,
    table::{Numbers, read},
};

const TOP: usize = 20;

/// 2020-06-27: the last three days of the training file are what is tuned on.
const TUNED_FROM_MS: i64 = 1_593_216_000_000;

/// Evaluates `serenade_example`. What is tuned is tuned on the end of the training file and on the validation file.
pub(crate) fn run(folder: &Path, part: Part) -> Result<(), Failed> {
    let folder = folder.join("serenade_example");
    let mut items = Numbers::default();
    let known = clicks(&folder.join("train.txt.gz"), &mut items)?;
    if part == Part::Test {
        let tested = clicks(&folder.join("test.txt.gz"), &mut items)?;
        return evaluate("test", &known, &tested, Settings::default());
    }
    let valid = clicks(&folder.join("valid.txt.gz"), &mut items)?;
    let mut ends: BTreeMap<Group, Timestamp> = BTreeMap::new();
    known.iter().for_each(|click| _ = ends.insert(click.group, click.at));
    let cut = Timestamp::saturating_from_millis(TUNED_FROM_MS);
    let (later, before): (Vec<_>, Vec<_>) = known.iter().copied().partition(|click| ends[&click.group] >= cut);
    let usual = Settings::default();
    for settings in [
        usual,
        Settings { sessions_an_item: 250, ..usual },
        Settings { neighbors: 100, ..usual },
        Settings { looked_back: 8, ..usual },
        Settings { kept: 40, ..usual },
    ] {
        println!("{settings:?}");
        evaluate("end of training", &before, &later, settings)?;
        evaluate("validation", &known, &valid, settings)?;
    }
    Ok(())
}

fn evaluate(name: &str, known: &[Interaction], tested: &[Interaction], settings: Settings) -> Result<(), Failed> {
    let history: History = known.iter().copied().collect();
    let start = cpu_s();
    let model = Sessions::train(&history, &[Deed::View], settings);
    let (sessions, train_s) = (model.sessions(), cpu_s() - start);
    println!("sessions, {name}: {sessions} known, {train_s:.1} s of CPU to train, peak {:.0} MiB", peak_mib());
    let mut sessions: BTreeMap<Group, Vec<(Timestamp, Item)>> = BTreeMap::new();
    tested.iter().for_each(|click| sessions.entry(click.group).or_default().push((click.at, click.item)));
    let (mut memory, mut times_us, mut ranks) = (Memory::default(), Vec::new(), Vec::new());
    for clicks in sessions.values_mut() {
        clicks.sort_by_key(|click| click.0);
        let clicks: Vec<Item> = clicks.iter().map(|click| click.1).collect();
        for length in (1..clicks.len()).filter(|length| clicks[*length] != clicks[length - 1]) {
            let start = now();
            let list = model.next(&clicks[..length], 1_000, &mut memory);
            times_us.push(start.elapsed().as_secs_f64() * 1e6);
            ranks.push((length, list.iter().position(|one| one.item == clicks[length])));
        }
    }
    type Keeps = fn(usize) -> bool;
    for (name, keeps) in
        [("all", (|_| true) as Keeps), ("first click", |length| length == 1), ("later", |length| length > 1)]
    {
        let ranks: Vec<_> = ranks.iter().filter(|(length, _)| keeps(*length)).map(|(_, rank)| *rank).collect();
        line(name, &ranks);
    }
    times_us.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| times_us[((times_us.len() - 1) as f64 * share) as usize];
    println!("  a question: p50 {:.0} us, p99 {:.0} us", quantile(0.5), quantile(0.99));
    Ok(())
}

fn line(name: &str, ranks: &[Option<usize>]) {
    let found = ranks.iter().flatten().count() as f64 / ranks.len() as f64;
    let mean = |of: fn(f64) -> f64| {
        let hits = ranks.iter().flatten().filter(|rank| **rank < TOP);
        hits.map(|rank| of(*rank as f64)).sum::<f64>() / ranks.len() as f64
    };
    println!(
        "  {name:<12} {} queries  hr20 {:.4}  MRR {:.4}  NDCG {:.4}  among the candidates {found:.4}",
        ranks.len(),
        mean(|_| 1.0),
        mean(|rank| 1.0 / (rank + 1.0)),
        mean(|rank| 1.0 / (rank + 2.0).log2()),
    );
}

fn clicks(path: &Path, items: &mut Numbers) -> Result<Vec<Interaction>, Failed> {
    let mut clicks = Vec::new();
    read(path, '\t', ["SessionId", "ItemId", "Time"], |[session, item, at]| {
        if let (Ok(session), Ok(second)) = (session.parse::<u32>(), at.parse::<f64>()) {
            let at = Timestamp::saturating_from_millis(second as i64 * 1_000);
            let item = Item(items.of(item));
            clicks.push(Interaction { person: Person(session), item, deed: Deed::View, group: Group(session), at });
        }
    })?;
    Ok(clicks)
}

//! What sessions click on next, by what they clicked on so far.

use api::wire::Moment;
use ingest::past::Past;
use recommend::{
    backtest::next::{Grade, NextClicks, Tested},
    history::{Item, Person},
};
use serde_json::{Value, json};

use super::{
    BASE, Evaluate, Failed, Lists, bar,
    copy::{Answered, Published, Told},
    on_all_cores,
    table::{AFTER, foretold},
};
use crate::client::CallError;

/// What is evaluated where nothing is said.
const USUAL: [&str; 3] = ["viewed_together", "session", "hybrid"];

/// Tells a copy of the program the clicks before; then every session to be foretold is lived again, click by click, and
/// the copy is asked after each what comes next.
///
/// The clock stands still meanwhile, and with it the models: nothing is learned from the sessions that are foretold. Their
/// clicks are told as a second apart, the last one at that moment, so what the file calls a session is one visit.
pub(super) fn find(evaluate: &Evaluate, past: &Past, cut: usize, lists: &mut Lists) -> Result<Value, Failed> {
    let test = test(evaluate, past, cut)?;
    let (copy, refused) = Told::start(past, cut, evaluate.now(past, cut), evaluate.seed)?;
    let names = evaluate.names(&USUAL);
    for name in &names {
        let published =
            Published { algorithm: name, name: (*name).to_owned(), count: evaluate.count, bought: "always" };
        copy.publish(&published)?;
    }
    let training = copy.train()?;
    let bar = bar(test.tested.len() as u64, "sessions", "{pos}/{len}");
    let now = evaluate.now(past, cut);
    let lived = on_all_cores(&test.tested, |tested| {
        let answers = live(&copy, past, tested, (&names, now));
        bar.inc(1);
        answers
    });
    let (took_s, lived) = (bar.elapsed().as_secs_f64(), lived?);
    bar.finish_and_clear();
    let (mut base, mut all) = (Vec::<Grade>::new(), Vec::new());
    for (place, name) in names.iter().enumerate() {
        let (mut shown, mut not_personal) = (Vec::new(), 0);
        for (tested, answers) in test.tested.iter().zip(&lived) {
            let session = &past.persons.names[tested.session.0 as usize];
            for (clicks, answered) in tested.asked().zip(&answers[place]) {
                let whose = json!({"recommender": name, "session": session, "clicks": clicks});
                lists.write(past, whose, &answered.list)?;
                not_personal += usize::from(!answered.is_personal);
            }
            shown.push(answers[place].iter().map(|answered| answered.list.clone()).collect::<Vec<_>>());
        }
        let length: usize = shown.iter().flatten().map(Vec::len).sum();
        let mut told = json!({
            "name": name, "not_personal": not_personal,
            "mean_length": length as f64 / test.questions().max(1) as f64,
        });
        for (number, (after, word, _)) in AFTER.into_iter().enumerate() {
            let grade = test.grade(&shown, after);
            told[word] = foretold(&test, &grade, base.get(number));
            if *name == BASE {
                base.push(grade);
            }
        }
        all.push(told);
    }
    let asked = (test.questions() * names.len()) as f64;
    Ok(json!({
        "sessions": past.persons.names.len(), "cold_items": test.cold.len(),
        "events": {"sent": cut, "refused": refused},
        "tested": test.tested.len(), "begun": test.begun, "short": test.short, "questions": test.questions(),
        "requests_per_s": asked / f64::max(took_s, 1e-3), "training": training, "recommenders": all,
    }))
}

/// Which sessions are tested, and how.
fn test(evaluate: &Evaluate, past: &Past, cut: usize) -> Result<NextClicks, Failed> {
    let clicks = past.events.iter().enumerate().flat_map(|(place, event)| {
        event.items.iter().map(move |item| (Person(event.person as u32), Item(*item), place < cut))
    });
    let all = (past.persons.names.len(), past.items.names.len());
    let mut test = NextClicks::of(clicks, all, usize::from(evaluate.count), evaluate.seed);
    if test.tested.is_empty() {
        return Err(evaluate.nothing(past, "no session that begins later looks at two items; not those of before"));
    }
    test.keep(evaluate.most.unwrap_or(usize::MAX));
    Ok(test)
}

/// Lives a session; of each recommender the answers after each of the clicks that something is asked after.
fn live(
    copy: &Told,
    past: &Past,
    tested: &Tested,
    (names, now): (&[&str], Moment),
) -> Result<Vec<Vec<Answered>>, CallError> {
    let (number, length) = (tested.session.0 as usize, tested.clicks.len());
    let mut answers: Vec<Vec<Answered>> = names.iter().map(|_| Vec::new()).collect();
    let mut asked = tested.asked().peekable();
    for (place, item) in tested.clicks.iter().enumerate() {
        if asked.peek().is_none() {
            break;
        }
        copy.track(&past.click(number, (place, item.0), length - place - 1, now.0))?;
        if asked.next_if_eq(&(place + 1)).is_some() {
            for (name, answers) in names.iter().zip(&mut answers) {
                answers.push(copy.ask(past, name, json!({"anonymous_id": past.persons.names[number]}))?);
            }
        }
    }
    Ok(answers)
}

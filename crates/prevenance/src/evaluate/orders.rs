//! What known persons took after a moment, by what they did before.

use ingest::past::Past;
use recommend::{
    backtest::{Backtest, Done, Grade, Question},
    history::{Item, Person},
};
use serde_json::{Value, json};

use super::{
    BASE, Evaluate, Failed, Lists, bar,
    copy::{Published, Told},
    on_all_cores,
    table::{GROUPS, QUESTIONS, graded},
};
use crate::client::CallError;

/// What is evaluated where nothing is said.
const USUAL: [&str; 3] = ["also_bought", "personal", "hybrid"];

/// Tells a copy of the program what was before, asks it, and grades its answers.
pub(super) fn find(evaluate: &Evaluate, past: &Past, cut: usize, lists: &mut Lists) -> Result<Value, Failed> {
    let test = test(evaluate, past, cut)?;
    let (copy, refused) = Told::start(past, cut, evaluate.now(past, cut), evaluate.seed)?;
    let names = evaluate.names(&USUAL);
    for name in &names {
        for (question, word, _) in QUESTIONS {
            let bought = if question == Question::New { "never" } else { "always" };
            copy.publish(&Published { algorithm: name, name: definition(name, word), count: evaluate.count, bought })?;
        }
    }
    let training = copy.train()?;
    let mut asking = Asking { past, test: &test, copy: &copy, base: Vec::new() };
    let all = names.into_iter().map(|name| asking.recommender(name, lists)).collect::<Result<Vec<_>, Failed>>()?;
    Ok(json!({
        "users": past.persons.names.len(), "cold_items": test.cold.len(),
        "events": {"sent": cut, "refused": refused}, "tested": test.tested.len(), "newcomers": test.newcomers,
        "training": training, "recommenders": all,
    }))
}

/// Who is tested, and how.
fn test(evaluate: &Evaluate, past: &Past, cut: usize) -> Result<Backtest, Failed> {
    let done = past.events.iter().enumerate().map(|(place, event)| Done {
        person: Person(event.person as u32),
        items: event.items.iter().copied().map(Item).collect(),
        is_order: event.is_order(),
        is_before: place < cut,
    });
    let all = (past.persons.names.len(), past.items.names.len());
    let mut test = Backtest::of(done, all, usize::from(evaluate.count), evaluate.seed);
    if test.tested.is_empty() {
        return Err(evaluate.nothing(past, "nobody who came before took anything since"));
    }
    test.keep(evaluate.most.unwrap_or(usize::MAX));
    Ok(test)
}

/// What every recommender is asked, and what its answers are held against.
struct Asking<'a> {
    past: &'a Past,
    test: &'a Backtest,
    copy: &'a Told,
    /// The grades of what the others are compared with, by question and group.
    base: Vec<Grade>,
}

/// What was asked for, of everybody who is tested.
struct Asked {
    lists: Vec<Vec<Item>>,
    not_personal: usize,
    took_s: f64,
}

impl Asking<'_> {
    /// Asks one recommender both questions, for everybody, and grades its lists.
    fn recommender(&mut self, name: &str, lists: &mut Lists) -> Result<Value, Failed> {
        let test = self.test;
        let mut told = json!({"name": name});
        let (mut took_s, mut not_personal) = (0.0, 0);
        for (of_question, (question, word, _)) in QUESTIONS.into_iter().enumerate() {
            let asked = self.everybody(&definition(name, word))?;
            for (tested, list) in test.tested.iter().zip(&asked.lists) {
                let user = &self.past.persons.names[tested.person.0 as usize];
                lists.write(self.past, json!({"recommender": name, "question": word, "user": user}), list)?;
            }
            (took_s, not_personal) = (took_s + asked.took_s, not_personal + asked.not_personal);
            let length = asked.lists.iter().map(Vec::len).sum::<usize>() as f64;
            told[word]["mean_length"] = (length / test.tested.len() as f64).into();
            for (of_group, (group, of_whom, _)) in GROUPS.into_iter().enumerate() {
                let grade = test.grade(&asked.lists, question, group);
                let base = self.base.get(of_question * GROUPS.len() + of_group);
                told[word][of_whom] = graded(test, &grade, base);
                if name == BASE {
                    self.base.push(grade);
                }
            }
        }
        told["requests_per_s"] = ((QUESTIONS.len() * test.tested.len()) as f64 / f64::max(took_s, 1e-3)).into();
        told["not_personal"] = not_personal.into();
        Ok(told)
    }

    /// Asks for everybody who is tested.
    fn everybody(&self, recommender: &str) -> Result<Asked, CallError> {
        let bar = bar(self.test.tested.len() as u64, recommender, "{pos}/{len}");
        let answers = on_all_cores(&self.test.tested, |tested| {
            let user = &self.past.persons.names[tested.person.0 as usize];
            let answered = self.copy.ask(self.past, recommender, json!({"user_id": user}));
            bar.inc(1);
            answered
        });
        let (took_s, answers) = (bar.elapsed().as_secs_f64(), answers?);
        bar.finish_and_clear();
        let not_personal = answers.iter().filter(|answered| !answered.is_personal).count();
        Ok(Asked { lists: answers.into_iter().map(|answered| answered.list).collect(), not_personal, took_s })
    }
}

/// What a recommender is called in the copy.
fn definition(name: &str, question: &str) -> String {
    format!("{name}-{question}")
}

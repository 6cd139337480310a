//! A search, from its text to its page.

use std::collections::BTreeSet;

use tantivy::Term;

use crate::{
    asked::{Asked, Clause},
    error::SearchError,
    found::{Exact, Found, Grade, Hit, Reading},
    gather::{Gathered, Ranked, gather},
    limits::PERSONAL_HITS,
    query::{EXACT_SCORE, Weighed},
    request::{Person, Request, Sort},
    snapshot::Snapshot,
    words::is_number,
};

/// With fewer hits than this, those are added in which words may have been mistyped.
const FEW_HITS: u64 = 10;
/// A word of which the catalog has so many times as many items is offered in place of the one that was typed.
const MUCH_MORE: u64 = 20;
/// A name of a single word is a word like others, if more items have it.
const ONE_WORD_ITEMS: u64 = 20;

/// The hits of a search, before they are a page.
struct Results {
    gathered: Gathered,
    grades: Vec<Grade>,
    clauses: Vec<Clause>,
    reading: Reading,
}

impl Snapshot {
    /// Finds what has all words of a text, in any form. If that is little, what has them as they were probably meant is
    /// behind it; if that is nothing, the words are left out that hinder most.
    pub fn search(&self, request: &Request<'_>) -> Result<Found, SearchError> {
        let asked = Asked::of(self, request.text, request.language, request.last_word)?;
        let exact = self.exact(&asked)?;
        let mut results = self.results(request, &asked, exact.as_ref())?;
        results.reading.exact = exact.as_ref().map(|(exact, _)| *exact);
        let stems: Vec<String> = stems(&results.clauses).into_iter().collect();
        let hits = match request.person {
            Some(person) if exact.is_none() && request.sort == Sort::Relevance && !person.tastes.is_empty() => {
                self.personal(&results, &person, request)?
            }
            _ => neutral(&results, request),
        };
        let Results { gathered, reading, .. } = results;
        Ok(Found { hits, total: gathered.total, facets: gathered.facets, reading, stems })
    }

    /// Whether the text is an item's code or name, and what finds that. A code has a digit and four signs; a name has
    /// several words, or one that few items have.
    fn exact(&self, asked: &Asked) -> Result<Option<(Exact, Term)>, SearchError> {
        if let Some(code) = &asked.code
            && code.chars().count() >= 4
            && code.contains(|mark: char| mark.is_ascii_digit())
        {
            let term = Term::from_field_text(self.fields.code, code);
            if self.searcher.doc_freq(&term)? > 0 {
                return Ok(Some((Exact::Code, term)));
            }
        }
        let term = Term::from_field_text(self.fields.name, &asked.line);
        if asked.line.is_empty() || self.searcher.doc_freq(&term)? == 0 {
            return Ok(None);
        }
        let is_telling = asked.line.contains(' ') || self.items_with(&asked.line)? <= ONE_WORD_ITEMS;
        Ok((is_telling && !is_number(&asked.line)).then_some((Exact::Name, term)))
    }

    fn results(
        &self,
        request: &Request<'_>,
        asked: &Asked,
        exact: Option<&(Exact, Term)>,
    ) -> Result<Results, SearchError> {
        let reading = Reading { key: asked.key.clone(), cut: asked.cut, ..Reading::default() };
        let has_words = !asked.clauses.is_empty();
        if !has_words && !request.text.trim().is_empty() {
            // Something was typed, and nothing of it is a word: that is no wish to see everything.
            let gathered = Gathered::nothing(request);
            return Ok(Results { gathered, grades: Vec::new(), clauses: Vec::new(), reading });
        }
        let gathered = self.gathered(request, &asked.clauses, exact)?;
        let of_score = |hit: &Ranked| if hit.score >= EXACT_SCORE { Grade::Exact } else { Grade::AllWords };
        let grades = gathered.best.iter().map(of_score).collect();
        let mut results = Results { gathered, grades, clauses: asked.clauses.clone(), reading };
        if has_words && exact.is_none() && results.gathered.total < FEW_HITS {
            self.widen(request, asked, &mut results)?;
            if results.gathered.best.is_empty() {
                self.relax(request, &mut results)?;
            }
        }
        Ok(results)
    }

    fn gathered(
        &self,
        request: &Request<'_>,
        clauses: &[Clause],
        exact: Option<&(Exact, Term)>,
    ) -> Result<Gathered, SearchError> {
        let is_hopeless = clauses.iter().any(Clause::is_unmatched);
        if is_hopeless && exact.is_none() {
            return Ok(Gathered::nothing(request));
        }
        // A code may be exact though its parts, as they were typed, are no words.
        let clauses = if is_hopeless { &[] } else { clauses };
        let by = match request.sort {
            Sort::Relevance if clauses.is_empty() && exact.is_none() => Sort::Popularity,
            sort => sort,
        };
        let shown = match request.person {
            Some(_) => request.page.end().max(PERSONAL_HITS),
            None => request.page.end(),
        };
        // So many more, that there are enough behind those that are put before them.
        let most = shown + FEW_HITS as usize;
        gather(self, &Weighed::of(self, clauses, exact)?, request, by, most)
    }

    /// Adds what has the words as they were probably meant, behind what has them as they are.
    fn widen(&self, request: &Request<'_>, asked: &Asked, results: &mut Results) -> Result<(), SearchError> {
        let doubted = if results.gathered.best.is_empty() { u64::MAX } else { FEW_HITS };
        let Some(wider) = asked.widened(self, request.language, doubted)? else { return Ok(()) };
        results.reading.did_you_mean = did_you_mean(asked, &wider, self)?;
        let gathered = self.gathered(request, &wider.clauses, None)?;
        results.clauses = wider.clauses;
        if gathered.total <= results.gathered.total {
            return Ok(());
        }
        for (clause, before) in results.clauses.iter().zip(&asked.clauses).filter(|(_, before)| before.is_unmatched()) {
            let correction = clause.correction.as_ref().map(|(word, _)| (before.said.clone(), word.clone()));
            results.reading.corrected.extend(correction);
        }
        let literal: BTreeSet<u32> = results.gathered.best.iter().map(|hit| hit.number).collect();
        let is_literal = |hit: &Ranked| literal.contains(&hit.number);
        let before = std::mem::replace(&mut results.gathered, gathered);
        if request.sort == Sort::Relevance {
            let others = results.gathered.best.iter().filter(|hit| !is_literal(hit));
            results.gathered.best = before.best.iter().chain(others).copied().collect();
        }
        let grade = |hit| if is_literal(hit) { Grade::AllWords } else { Grade::Corrected };
        results.grades = results.gathered.best.iter().map(grade).collect();
        Ok(())
    }

    /// Leaves out words until there are hits: those that nothing has, then the most frequent one without which there is
    /// something, else the rarest.
    fn relax(&self, request: &Request<'_>, results: &mut Results) -> Result<(), SearchError> {
        let (mut clauses, hopeless): (Vec<Clause>, Vec<Clause>) =
            std::mem::take(&mut results.clauses).into_iter().partition(|clause| !clause.is_unmatched());
        results.reading.dropped.extend(hopeless.into_iter().map(|clause| clause.said));
        let mut is_relaxed = !results.reading.dropped.is_empty();
        while !clauses.is_empty() {
            if is_relaxed {
                let gathered = self.gathered(request, &clauses, None)?;
                if gathered.total > 0 {
                    results.grades = vec![Grade::SomeWords; gathered.best.len()];
                    results.gathered = gathered;
                    break;
                }
            }
            if clauses.len() == 1 {
                break;
            }
            let least = self.hindering(request, &clauses)?;
            results.reading.dropped.push(clauses.remove(least).said);
            is_relaxed = true;
        }
        results.clauses = clauses;
        Ok(())
    }

    fn hindering(&self, request: &Request<'_>, clauses: &[Clause]) -> Result<usize, SearchError> {
        let mut by_items = Vec::with_capacity(clauses.len());
        for (at, clause) in clauses.iter().enumerate() {
            let mut items = 0;
            for stem in stems(std::slice::from_ref(clause)) {
                items += self.frequency(&stem)?;
            }
            by_items.push((items, at));
        }
        by_items.sort_unstable();
        let quick = Request { facets: &[], count: crate::request::Count::Shown, person: None, ..*request };
        for (_, at) in by_items.iter().rev() {
            let mut others = clauses.to_vec();
            others.remove(*at);
            if self.gathered(&quick, &others, None)?.total > 0 {
                return Ok(*at);
            }
        }
        Ok(by_items[0].1)
    }

    /// The page in a person's order: within each grade, the first hits by relevance and liking, the others as they are.
    fn personal(&self, results: &Results, person: &Person<'_>, request: &Request<'_>) -> Result<Vec<Hit>, SearchError> {
        let hits = &results.gathered.best;
        let near = &hits[..hits.len().min(PERSONAL_HITS)];
        let sought = stems(&results.clauses);
        let pulls = self.pulls(near, person.tastes, person.blend, &sought)?;
        let relevances = relevances(results);
        let likings = person.blend.likings(&pulls.pulls);
        let mut order = Vec::with_capacity(hits.len());
        for grade in results.grades[..near.len()].chunk_by(|one, other| one == other) {
            let from = order.len();
            let to = from + grade.len();
            let within = person.blend.order_liked(&relevances[from..to], &likings[from..to]);
            order.extend(within.into_iter().map(|at| from + at));
        }
        order.extend(near.len()..hits.len());
        let shown = order.into_iter().take(request.page.end()).skip(request.page.begin());
        Ok(shown
            .map(|at| {
                let personal = likings.get(at).map(|liking| pulls.personal(at, *liking));
                Hit { personal, ..hit(results, at, relevances[at]) }
            })
            .collect())
    }
}

fn neutral(results: &Results, request: &Request<'_>) -> Vec<Hit> {
    let relevances = relevances(results);
    let shown = (0..relevances.len()).take(request.page.end()).skip(request.page.begin());
    shown.map(|at| hit(results, at, relevances[at])).collect()
}

fn hit(results: &Results, at: usize, relevance: f64) -> Hit {
    let ranked = &results.gathered.best[at];
    Hit { number: ranked.number, relevance, grade: results.grades[at], personal: None, place: ranked.place }
}

/// How good each hit is beside the best of its grade: by its score, or by its popularity where nothing was searched.
fn relevances(results: &Results) -> Vec<f64> {
    let mut relevances = Vec::with_capacity(results.grades.len());
    let has_words = !results.clauses.is_empty();
    for (hit, grade) in results.gathered.best.iter().zip(&results.grades) {
        let value = match grade {
            Grade::Exact => f64::from(hit.score - EXACT_SCORE) + 1.0,
            _ if has_words => f64::from(hit.score),
            _ => 1.0 + libm::log1p(f64::from(hit.popularity)),
        };
        relevances.push(value);
    }
    let mut from = 0;
    for grade in results.grades.chunk_by(|one, other| one == other) {
        let here = &mut relevances[from..from + grade.len()];
        let best = here.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        here.iter_mut().for_each(|value| *value /= best);
        from += grade.len();
    }
    relevances
}

fn stems(clauses: &[Clause]) -> BTreeSet<String> {
    let ways = clauses.iter().flat_map(|clause| &clause.alternatives);
    ways.flat_map(|way| way.all.iter().flatten()).cloned().collect()
}

/// The text with the words in place that more items have, if there are such.
fn did_you_mean(asked: &Asked, wider: &Asked, snapshot: &Snapshot) -> Result<Option<String>, SearchError> {
    let mut meant = Vec::with_capacity(asked.clauses.len());
    let mut is_other = false;
    for (before, clause) in asked.clauses.iter().zip(&wider.clauses) {
        let correction = match &clause.correction {
            Some((word, _)) if before.is_unmatched() => Some(word),
            Some((word, items)) if *items >= MUCH_MORE * snapshot.items_with(&before.said)?.max(1) => Some(word),
            _ => None,
        };
        is_other |= correction.is_some();
        meant.push(correction.unwrap_or(&before.said).as_str());
    }
    Ok(is_other.then(|| meant.join(" ")))
}

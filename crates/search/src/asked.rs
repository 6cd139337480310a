//! The text of a search as what must be found: clauses of which a document satisfies each, by one of its alternatives.

use crate::{
    doc::measure,
    error::SearchError,
    limits::{QUERY_CHARS, QUERY_WORDS},
    request::LastWord,
    snapshot::Snapshot,
    stems::{Language, is_stop_word},
    words::{self, Chunk, chunks, line},
};

/// A synonym counts for a little less than the word itself.
const SYNONYM: f32 = 0.8;
/// A word that only begins with what was typed.
const BEGUN: f32 = 0.7;
/// A word with one letter wrong, or written as one where there are two.
const CORRECTED: f32 = 0.6;
/// A word with two letters wrong.
const FAR_CORRECTED: f32 = 0.4;

/// A text that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) clauses: Vec<Clause>,
    /// All words, folded.
    pub(crate) line: String,
    /// The words by which this search is counted.
    pub(crate) key: String,
    /// The whole text as a code.
    pub(crate) code: Option<String>,
    pub(crate) cut: bool,
}

/// What a document must have, in one way or another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// The words that were typed.
    pub(crate) said: String,
    /// The word, if it is a single one: then it may have been mistyped.
    pub(crate) word: Option<String>,
    pub(crate) alternatives: Vec<Alternative>,
    /// What it was corrected to, the likeliest: a word and in how many items it is.
    pub(crate) correction: Option<(String, u64)>,
}

/// One way to satisfy a clause.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alternative {
    /// All of these; of each, any of its stems.
    pub(crate) all: Vec<Vec<String>>,
    /// What its score is multiplied by.
    pub(crate) weight: f32,
}

impl Clause {
    /// Whether nothing in the catalog satisfies it.
    pub(crate) fn is_unmatched(&self) -> bool {
        self.alternatives.is_empty()
    }
}

impl Asked {
    pub(crate) fn of(
        snapshot: &Snapshot,
        text: &str,
        language: Language,
        last_word: LastWord,
    ) -> Result<Self, SearchError> {
        let mut said = chunks(text, QUERY_CHARS);
        let cut = said.len() > QUERY_WORDS || text.chars().nth(QUERY_CHARS).is_some();
        said.truncate(QUERY_WORDS);
        let line = line(&said);
        let is_begun = last_word == LastWord::Begun && !cut && text.ends_with(|mark: char| mark.is_alphanumeric());
        let telling = telling(&said, language, is_begun);
        let mut reader = Reader { snapshot, language, said: &telling, clauses: Vec::new() };
        reader.read(is_begun)?;
        let key = key(&telling, language, snapshot);
        Ok(Self { clauses: reader.clauses, line, key, code: words::code(text).filter(|_| !cut), cut })
    }

    /// The same with what words may have meant, were they mistyped; `None` if none may. Of the words, only those that are
    /// in fewer items than `doubted`: what stands in many was hardly mistyped.
    pub(crate) fn widened(
        &self,
        snapshot: &Snapshot,
        language: Language,
        doubted: u64,
    ) -> Result<Option<Self>, SearchError> {
        let mut wider = self.clone();
        let reader = Reader { snapshot, language, said: &[], clauses: Vec::new() };
        let mut has_more = false;
        for clause in &mut wider.clauses {
            let is_doubted = match &clause.word {
                Some(word) => snapshot.items_with(word)? < doubted,
                None => false,
            };
            has_more |= is_doubted && reader.correct(clause)?;
        }
        for at in 1..wider.clauses.len() {
            has_more |= reader.join(&mut wider.clauses, at)?;
        }
        Ok(has_more.then_some(wider))
    }
}

/// The chunks without words that say nothing, unless there are no others.
fn telling(said: &[Chunk], language: Language, is_begun: bool) -> Vec<Chunk> {
    let tells = |(at, chunk): &(usize, &Chunk)| {
        (is_begun && at + 1 == said.len()) || !chunk.single().is_some_and(|word| is_stop_word(word, language))
    };
    let telling: Vec<Chunk> = said.iter().enumerate().filter(tells).map(|(_, chunk)| chunk.clone()).collect();
    if telling.is_empty() { said.to_vec() } else { telling }
}

/// Stems in alphabetical order: "boots for men" and "men boot" are one demand.
fn key(said: &[Chunk], language: Language, snapshot: &Snapshot) -> String {
    let words = said.iter().flat_map(|chunk| &chunk.parts);
    let mut stems: Vec<String> =
        words.filter_map(|word| snapshot.stems.of(word, language).into_iter().next()).collect();
    stems.sort_unstable();
    stems.dedup();
    stems.join(" ")
}

struct Reader<'a> {
    snapshot: &'a Snapshot,
    language: Language,
    said: &'a [Chunk],
    clauses: Vec<Clause>,
}

impl Reader<'_> {
    fn read(&mut self, is_begun: bool) -> Result<(), SearchError> {
        let said = self.said;
        let mut at = 0;
        while at < said.len() {
            let taken = self.take(&said[at..], is_begun)?;
            at += taken;
        }
        Ok(())
    }

    /// Makes a clause of the first chunks; returns of how many.
    fn take(&mut self, ahead: &[Chunk], is_begun: bool) -> Result<usize, SearchError> {
        let first = &ahead[0];
        if let Some(measure) = measure(first, ahead.get(1)) {
            // What stands so in an item is indexed in one piece too.
            let together = self.known(vec![vec![measure]])?;
            let all = if together.is_some() { together } else { self.all_of(&ahead[..2])? };
            self.push(&ahead[..2], all.map(|all| Alternative { all, weight: 1.0 }).into_iter().collect());
            return Ok(2);
        }
        let (taken, phrases) = self.synonyms(ahead);
        let mut alternatives = Vec::new();
        if taken == 1 {
            alternatives.extend(self.joined(first)?);
        }
        alternatives.extend(self.all_of(&ahead[..taken])?.map(|all| Alternative { all, weight: 1.0 }));
        if is_begun && taken == 1 && ahead.len() == 1 {
            alternatives.extend(self.begun(first)?);
        }
        for phrase in phrases {
            let all = self.all_of(&chunks(&phrase, QUERY_CHARS))?;
            alternatives.extend(all.map(|all| Alternative { all, weight: SYNONYM }));
        }
        self.push(&ahead[..taken], alternatives);
        Ok(taken)
    }

    fn push(&mut self, said: &[Chunk], alternatives: Vec<Alternative>) {
        let word = match said {
            [only] => only.single().map(str::to_owned),
            _ => None,
        };
        let clause = Clause { said: line(said), word, alternatives, correction: None };
        if !self.clauses.contains(&clause) {
            self.clauses.push(clause);
        }
    }

    /// How many chunks the longest phrase with synonyms takes, at least one, and what they are.
    fn synonyms(&self, ahead: &[Chunk]) -> (usize, Vec<String>) {
        let words: Vec<&str> = ahead.iter().flat_map(|chunk| &chunk.parts).map(String::as_str).collect();
        let Some((length, found)) = self.snapshot.lexicon.synonyms.at(&words, self.language, &self.snapshot.stems)
        else {
            return (1, Vec::new());
        };
        let mut words = 0;
        for (at, chunk) in ahead.iter().enumerate() {
            words += chunk.parts.len();
            if words == length {
                return (at + 1, found.to_vec());
            }
        }
        (1, Vec::new())
    }

    /// A chunk as one word: `tshirt`, or a number without the zeros before it.
    fn joined(&self, chunk: &Chunk) -> Result<Option<Alternative>, SearchError> {
        let stems = match (&chunk.joined, chunk.single()) {
            (Some(joined), _) => self.stems(joined)?,
            (None, Some(word)) if word.starts_with('0') => words::code(word).into_iter().collect(),
            _ => Vec::new(),
        };
        Ok(self.known(vec![stems])?.map(|all| Alternative { all, weight: 1.0 }))
    }

    /// Words that begin as the last one does.
    fn begun(&self, chunk: &Chunk) -> Result<Option<Alternative>, SearchError> {
        let Some((last, before)) = chunk.parts.split_last() else { return Ok(None) };
        let mut any = Vec::new();
        for known in self.snapshot.begun(last)? {
            for stem in self.snapshot.stems.of(&known.word, self.language) {
                if !any.contains(&stem) {
                    any.push(stem);
                }
            }
        }
        let mut all = Vec::new();
        for part in before {
            all.push(self.stems(part)?);
        }
        all.push(any);
        Ok(self.known(all)?.map(|all| Alternative { all, weight: BEGUN }))
    }

    fn all_of(&self, said: &[Chunk]) -> Result<Option<Vec<Vec<String>>>, SearchError> {
        let parts: Result<Vec<_>, _> =
            said.iter().flat_map(|chunk| &chunk.parts).map(|word| self.stems(word)).collect();
        self.known(parts?)
    }

    /// The stems of a word that the catalog has: under the language of who asks, or under another one if it has none of
    /// these.
    fn stems(&self, word: &str) -> Result<Vec<String>, SearchError> {
        let own = self.only_known(self.snapshot.stems.of(word, self.language))?;
        if own.is_empty() && self.language != Language::Any {
            return self.only_known(self.snapshot.stems.of(word, Language::Any));
        }
        Ok(own)
    }

    fn only_known(&self, stems: Vec<String>) -> Result<Vec<String>, SearchError> {
        let mut known = Vec::with_capacity(stems.len());
        for stem in stems {
            if self.snapshot.frequency(&stem)? > 0 {
                known.push(stem);
            }
        }
        Ok(known)
    }

    /// Leaves out stems that the catalog does not have; `None` if then none is left of one.
    fn known(&self, all: Vec<Vec<String>>) -> Result<Option<Vec<Vec<String>>>, SearchError> {
        let known: Result<Vec<_>, _> = all.into_iter().map(|any| self.only_known(any)).collect();
        Ok(satisfiable(known?))
    }

    /// Adds what the word of a clause may have meant. Returns whether there is anything.
    fn correct(&self, clause: &mut Clause) -> Result<bool, SearchError> {
        let Some(word) = &clause.word else { return Ok(false) };
        let before = clause.alternatives.len();
        let (distance, near) = self.snapshot.near(word)?;
        let weight = if distance == 1 { CORRECTED } else { FAR_CORRECTED };
        for known in &near {
            let all = satisfiable(vec![self.stems(&known.word)?]);
            let others = all.map(|all| Alternative { all, weight });
            clause.alternatives.extend(others.filter(|other| !has(&clause.alternatives, other)));
        }
        clause.correction = near.into_iter().next().map(|known| (known.word, known.items));
        if before == 0
            && let Some((left, right)) = self.snapshot.split(word)?
        {
            let all = satisfiable(vec![self.stems(&left)?, self.stems(&right)?]);
            clause.alternatives.extend(all.map(|all| Alternative { all, weight: CORRECTED }));
            clause.correction.get_or_insert_with(|| (format!("{left} {right}"), 0));
        }
        Ok(clause.alternatives.len() > before)
    }

    /// Two words that the catalog has as one satisfy both clauses: `porte monnaie`.
    fn join(&self, clauses: &mut [Clause], at: usize) -> Result<bool, SearchError> {
        let (Some(left), Some(right)) = (&clauses[at - 1].word, &clauses[at].word) else { return Ok(false) };
        let joined = format!("{left}{right}");
        if self.snapshot.items_with(&joined)? == 0 {
            return Ok(false);
        }
        let Some(all) = satisfiable(vec![self.stems(&joined)?]) else { return Ok(false) };
        let alternative = Alternative { all, weight: CORRECTED };
        for clause in &mut clauses[at - 1..=at] {
            clause.alternatives.push(alternative.clone());
        }
        Ok(true)
    }
}

/// All of these, if there is any of each.
fn satisfiable(all: Vec<Vec<String>>) -> Option<Vec<Vec<String>>> {
    (!all.is_empty() && all.iter().all(|any| !any.is_empty())).then_some(all)
}

fn has(alternatives: &[Alternative], other: &Alternative) -> bool {
    alternatives.iter().any(|one| one.all == other.all)
}

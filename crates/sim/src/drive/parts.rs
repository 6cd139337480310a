//! People in as many parts as there are cores: what each does alone is done on all of them.

use std::thread;

use world::{life::Life, person::PersonId};

/// How people are divided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    /// People of each part but the last.
    size: usize,
    count: usize,
}

/// The people of one part.
pub(super) struct Part<'l> {
    lives: &'l mut [Life],
    first: usize,
}

impl Parts {
    /// The parts of these people.
    pub(super) fn of(lives: &[Life]) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let size = lives.len().div_ceil(cores).max(1);
        Self { size, count: lives.len().div_ceil(size) }
    }

    /// For each part what none of them needs.
    pub(super) fn nothing(self) -> Vec<()> {
        vec![(); self.count]
    }

    /// Deals things out by whose they are; within a part they stay in order.
    pub(super) fn deal<T>(self, things: impl Iterator<Item = T>, whose: impl Fn(&T) -> PersonId) -> Vec<Vec<T>> {
        let mut dealt: Vec<Vec<T>> = (0..self.count).map(|_| Vec::new()).collect();
        things.for_each(|thing| dealt[whose(&thing).0 as usize / self.size].push(thing));
        dealt
    }

    /// Does something in each part with what was dealt to it, and gives what came of it in order.
    pub(super) fn each<D: Send, T: Send>(
        self,
        lives: &mut [Life],
        dealt: Vec<D>,
        work: impl Fn(Part<'_>, D) -> T + Sync,
    ) -> Vec<T> {
        let parts = lives.chunks_mut(self.size).zip(dealt).enumerate();
        let work = &work;
        thread::scope(|threads| {
            let begin = |(number, (lives, dealt))| {
                let part = Part { lives, first: number * self.size };
                threads.spawn(move || work(part, dealt))
            };
            let working: Vec<_> = parts.map(begin).collect();
            working.into_iter().map(|part| part.join().expect("living does not panic")).collect()
        })
    }
}

impl Part<'_> {
    /// All people of the part.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Life> {
        self.lives.iter_mut()
    }

    /// One of them.
    pub(super) fn of(&mut self, person: PersonId) -> &mut Life {
        &mut self.lives[person.0 as usize - self.first]
    }
}

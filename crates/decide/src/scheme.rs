//! All that is published about decisions, compiled.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use assign::Share;
use condition::{EventNeed, Needs};
use model::name::{Content as ContentName, Experience as ExperienceName, Name, Placement as PlacementName};

use crate::{
    content::{Content, Items},
    decide::{refused, viewed},
    experience::Experience,
    keyword::{Keyword, Vocabulary, keyword_words},
    placement::Placement,
    restraint::{Delicate, Restraint},
    template::Reference,
};

/// All placements, contents and experiences of a plan. Immutable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scheme {
    rules: Rules,
    placements: BTreeMap<Name<PlacementName>, Placement>,
    contents: BTreeMap<Name<ContentName>, Arc<Content>>,
    /// Best first: by priority, then by score, then by name.
    experiences: Vec<Experience>,
    /// The places in `experiences` of those of each placement, best first.
    by_placement: BTreeMap<Name<PlacementName>, Vec<usize>>,
    /// Where a pool is ordered by what was searched for.
    by_keyword: BTreeSet<Name<PlacementName>>,
    /// The words of all tags of contents.
    vocabulary: Vocabulary,
    /// The keywords for which a content is not shown any more, each in its words.
    withdrawn: BTreeMap<Name<ContentName>, Vec<BTreeSet<String>>>,
    /// Of each experience the delicate tokens of its contents, each once.
    delicate: Vec<Vec<(Reference, Delicate)>>,
}

/// What rules all decisions of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The revision of the plan.
    pub revision: u64,
    /// The share of units that is kept out of everything.
    pub holdout: Share,
    /// How many placements of one page are personalized at most.
    pub personal_placements_per_page: u16,
    /// The time zone in which the shop writes its schedules (IANA).
    pub zone: Arc<str>,
    /// The keywords for which a content is not shown any more, because it made people leave.
    pub withdrawn: Vec<(Name<ContentName>, Arc<str>)>,
    /// What holds decisions back.
    pub restraint: Restraint,
}

impl Default for Rules {
    /// Five percent are held out (requirements D8), two placements of a page are personalized at most (D5), and
    /// schedules are in UTC.
    fn default() -> Self {
        let holdout = Share::from_basis_points(500).expect("below everybody");
        Self {
            revision: 0,
            holdout,
            personal_placements_per_page: 2,
            zone: "UTC".into(),
            withdrawn: Vec::new(),
            restraint: Restraint::default(),
        }
    }
}

impl Scheme {
    /// Ranks the experiences and finds those of each placement. An experience in a placement that does not exist is
    /// never asked for there; one without variants, or with a variant that would show nothing, is left out.
    pub fn new(
        rules: Rules,
        placements: impl IntoIterator<Item = Placement>,
        contents: impl IntoIterator<Item = Arc<Content>>,
        mut experiences: Vec<Experience>,
    ) -> Self {
        experiences.retain(Experience::shows_something);
        experiences.sort_by(|a, b| {
            b.priority.cmp(&a.priority).then_with(|| b.score.cmp(&a.score)).then_with(|| a.name.cmp(&b.name))
        });
        let mut by_placement = BTreeMap::<_, Vec<usize>>::new();
        for (place, experience) in experiences.iter().enumerate() {
            for placement in &experience.placements {
                by_placement.entry(placement.clone()).or_default().push(place);
            }
        }
        let by_keyword = experiences.iter().filter(|experience| experience.chooses_by_keyword());
        let by_keyword = by_keyword.flat_map(|experience| experience.placements.iter().cloned()).collect();
        let placements = placements.into_iter().map(|placement| (placement.name.clone(), placement)).collect();
        let mut all: BTreeMap<_, _> = contents.into_iter().map(|content| (content.name.clone(), content)).collect();
        for content in experiences.iter().flat_map(Experience::contents) {
            all.entry(content.name.clone()).or_insert_with(|| content.clone());
        }
        let vocabulary = Vocabulary::of(all.values().flat_map(|content| &content.tags));
        let mut withdrawn = BTreeMap::<_, Vec<BTreeSet<String>>>::new();
        for (content, keyword) in &rules.withdrawn {
            withdrawn.entry(content.clone()).or_default().push(keyword_words(keyword).collect());
        }
        let delicate = experiences.iter().map(|experience| delicate_tokens(&rules.restraint, experience)).collect();
        Self {
            rules,
            placements,
            contents: all,
            experiences,
            by_placement,
            by_keyword,
            vocabulary,
            withdrawn,
            delicate,
        }
    }

    /// The delicate tokens of the contents of an experience, by its place in [`Scheme::experiences`].
    pub(crate) fn delicate_tokens(&self, rank: usize) -> &[(Reference, Delicate)] {
        &self.delicate[rank]
    }

    /// Whether a placement may show a pool that is ordered by what was searched for.
    pub fn chooses_by_keyword(&self, placement: &Name<PlacementName>) -> bool {
        self.by_keyword.contains(placement)
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Whether a content is not shown any more to those who searched for this.
    pub(crate) fn is_withdrawn(&self, content: &Name<ContentName>, keyword: &dyn Fn() -> Keyword) -> bool {
        self.withdrawn.get(content).is_some_and(|keywords| {
            let keyword = keyword();
            keywords.iter().any(|recorded| keyword.is(recorded))
        })
    }

    /// What rules all decisions.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The placement of that name.
    pub fn placement(&self, name: &str) -> Option<&Placement> {
        self.placements.get(name)
    }

    /// All placements, in order of name.
    pub fn placements(&self) -> impl Iterator<Item = &Placement> {
        self.placements.values()
    }

    /// The content of that name.
    pub fn content(&self, name: &str) -> Option<&Arc<Content>> {
        self.contents.get(name)
    }

    /// All contents, in order of name.
    pub fn contents(&self) -> impl Iterator<Item = &Arc<Content>> {
        self.contents.values()
    }

    /// The experience of that name.
    pub fn experience(&self, name: &Name<ExperienceName>) -> Option<&Experience> {
        self.experiences.iter().find(|experience| experience.name == *name)
    }

    /// All experiences, best first.
    pub fn experiences(&self) -> &[Experience] {
        &self.experiences
    }

    /// The experiences of a placement, best first, each with its place in [`Scheme::experiences`].
    pub fn experiences_of(&self, placement: &str) -> impl Iterator<Item = (usize, &Experience)> {
        let places = self.by_placement.get(placement).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| (*place, &self.experiences[*place]))
    }

    /// What decisions look at of past events, so that trails are kept for them: audiences, and what persons refused.
    pub fn event_needs(&self) -> BTreeMap<Arc<str>, EventNeed> {
        let mut needs = Needs::default();
        needs.events.extend([refused::need()]);
        self.experiences.iter().for_each(|experience| needs.merge(experience.audience.needs()));
        for content in self.contents.values() {
            let conditions = content.suits.iter().chain(&content.prefer);
            conditions.for_each(|condition| needs.merge(condition.needs()));
            // What recommenders and tastes look at is theirs to say.
            if content.items == Some(Items::Viewed) {
                needs.events.entry(viewed::VIEWED.into()).or_default().merge(&viewed::need());
            }
        }
        needs.events
    }
}

fn delicate_tokens(restraint: &Restraint, experience: &Experience) -> Vec<(Reference, Delicate)> {
    let found = experience.written().into_iter().filter_map(|name| Some((name, restraint.delicate(name)?)));
    found.map(|(name, delicate)| (Reference::Trait(name.clone()), delicate)).collect()
}

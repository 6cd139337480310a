//! All that is published about decisions, compiled.

use std::{collections::BTreeMap, sync::Arc};

use assign::Share;
use condition::EventNeed;
use model::name::{Content as ContentName, Experience as ExperienceName, Name, Placement as PlacementName};

use crate::{content::Content, experience::Experience, placement::Placement};

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
}

/// What rules all decisions of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The revision of the plan.
    pub revision: u64,
    /// The share of units that is kept out of everything.
    pub holdout: Share,
    /// How many placements of one page are personalized at most.
    pub personal_placements_per_page: u16,
    /// The time zone in which the shop writes its schedules (IANA).
    pub zone: Arc<str>,
}

impl Default for Rules {
    /// Five percent are held out (requirements D8), two placements of a page are personalized at most (D5), and
    /// schedules are in UTC.
    fn default() -> Self {
        let holdout = Share::from_basis_points(500).expect("below everybody");
        Self { revision: 0, holdout, personal_placements_per_page: 2, zone: "UTC".into() }
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
        let placements = placements.into_iter().map(|placement| (placement.name.clone(), placement)).collect();
        let contents = contents.into_iter().map(|content| (content.name.clone(), content)).collect();
        Self { rules, placements, contents, experiences, by_placement }
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

    /// What audiences look at of past events, so that trails are kept for them.
    pub fn event_needs(&self) -> BTreeMap<Arc<str>, EventNeed> {
        let mut needs = condition::Needs::default();
        self.experiences.iter().for_each(|experience| needs.merge(experience.audience.needs()));
        needs.events
    }
}

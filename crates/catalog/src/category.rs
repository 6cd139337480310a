//! The tree of categories: from a shop's own list, and as the catalog numbers it.

use std::collections::{HashMap, hash_map::Entry};

use crate::{
    fault::{Code, Fault},
    item::CategoryPath,
    limits,
    names::Names,
    number::CategoryNumber,
};

/// A category as shops list them: by id, below a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The id of the one above; none for a root.
    pub parent: Option<String>,
    /// Its name.
    pub name: String,
}

/// The path of each listed category, by id.
///
/// # Errors
/// `TWICE` for an id that comes twice; `BAD_CATEGORY` for one that is above itself, below an unknown one, or deeper than
/// [`limits::LEVELS`]; `TOO_MANY`.
pub fn paths(listed: &[Listed]) -> Result<HashMap<String, CategoryPath>, Fault> {
    if listed.len() > limits::CATEGORY_NUMBERS {
        let why = format!("There are {} categories, more than {}.", listed.len(), limits::CATEGORY_NUMBERS);
        return Err(Fault::new(Code::TooMany, "categories", why));
    }
    let mut by_id = HashMap::with_capacity(listed.len());
    for category in listed {
        match by_id.entry(category.id.as_str()) {
            Entry::Occupied(_) => {
                let why = format!("Two categories have the id {:?}.", category.id);
                return Err(Fault::new(Code::Twice, "categories", why));
            }
            Entry::Vacant(vacant) => _ = vacant.insert(category),
        }
    }
    listed.iter().map(|category| Ok((category.id.clone(), path(category, &by_id)?))).collect()
}

/// Climbs to the root. No path is longer than the limit, so a loop is found when it is passed.
fn path(category: &Listed, by_id: &HashMap<&str, &Listed>) -> Result<CategoryPath, Fault> {
    let bad = |why: String| Fault::new(Code::BadCategory, format!("categories.{}", category.id), why);
    let (mut names, mut passed, mut at) = (Vec::new(), Vec::new(), category);
    loop {
        if passed.contains(&at.id.as_str()) {
            passed.push(&at.id);
            return Err(bad(format!("The categories are above themselves: {}.", passed.join(" is below "))));
        }
        // One more than the limit is climbed, so that a short loop is called a loop.
        if passed.len() > limits::LEVELS {
            return Err(bad(format!("It lies deeper than {} levels, or above itself.", limits::LEVELS)));
        }
        passed.push(&at.id);
        names.push(at.name.clone());
        let Some(parent) = &at.parent else { break };
        at = by_id
            .get(parent.as_str())
            .ok_or_else(|| bad(format!("{:?} is below {parent:?}, which is not there.", at.id)))?;
    }
    if names.len() > limits::LEVELS {
        return Err(bad(format!("It lies deeper than {} levels.", limits::LEVELS)));
    }
    names.reverse();
    Ok(names)
}

/// The categories of a catalog by number. Each path is numbered behind all above it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Categories(Names);

/// Between the names of a path. No name has it: names have no control characters.
const SEPARATOR: &str = "\u{1f}";

impl Categories {
    /// The number of a path, which is given one if it has none; `None` if there are too many.
    pub(crate) fn number(&mut self, path: &[String]) -> Option<CategoryNumber> {
        let mut last = None;
        for level in 1..=path.len() {
            last = Some(CategoryNumber(self.0.number(&path[..level].join(SEPARATOR), limits::CATEGORY_NUMBERS)?));
        }
        last
    }

    /// The number of a path.
    pub(crate) fn find(&self, path: &[&str]) -> Option<CategoryNumber> {
        self.0.find(&path.join(SEPARATOR)).map(CategoryNumber)
    }

    /// The names of a path.
    pub(crate) fn path(&self, number: CategoryNumber) -> impl Iterator<Item = &str> {
        self.0.text(number.0).into_iter().flat_map(|path| path.split(SEPARATOR))
    }

    /// A category and all above it, itself first.
    pub(crate) fn upwards(&self, number: CategoryNumber) -> impl Iterator<Item = CategoryNumber> {
        let path = self.0.text(number.0);
        std::iter::successors(path, |path| path.rsplit_once(SEPARATOR).map(|(above, _)| above))
            .filter_map(|path| self.0.find(path))
            .map(CategoryNumber)
    }

    /// All numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = CategoryNumber> + use<> {
        (0..).take(self.0.len()).map(CategoryNumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(rows: &[(&str, &str, &str)]) -> Vec<Listed> {
        let parent = |parent: &str| (!parent.is_empty()).then(|| parent.to_owned());
        rows.iter()
            .map(|(id, above, name)| Listed { id: (*id).into(), parent: parent(above), name: (*name).into() })
            .collect()
    }

    #[test]
    fn paths_run_from_the_root() {
        let found = paths(&listed(&[("3", "2", "Trek"), ("1", "", "Shop"), ("2", "1", "Boots")])).unwrap();
        assert_eq!(found["3"], ["Shop", "Boots", "Trek"]);
        assert_eq!(found["1"], ["Shop"]);
    }

    #[test]
    fn a_loop_is_an_error_that_names_it() {
        let loops = paths(&listed(&[("1", "3", "a"), ("2", "1", "b"), ("3", "2", "c")])).unwrap_err();
        assert_eq!(loops.code, Code::BadCategory);
        assert!(loops.message.contains("1 is below 3 is below 2 is below 1"), "{loops}");
        assert_eq!(paths(&listed(&[("1", "1", "a")])).unwrap_err().code, Code::BadCategory);
        assert_eq!(paths(&listed(&[("1", "9", "a")])).unwrap_err().code, Code::BadCategory);
        assert_eq!(paths(&listed(&[("1", "", "a"), ("1", "", "b")])).unwrap_err().code, Code::Twice);
    }

    #[test]
    fn a_path_has_as_many_levels_as_it_may_and_not_one_more() {
        let chain = |levels: usize| {
            let above = |level: usize| if level == 0 { None } else { Some((level - 1).to_string()) };
            let row = |level: usize| Listed { id: level.to_string(), parent: above(level), name: "x".into() };
            (0..levels).map(row).collect::<Vec<_>>()
        };
        assert!(paths(&chain(limits::LEVELS)).is_ok());
        assert_eq!(paths(&chain(limits::LEVELS + 1)).unwrap_err().code, Code::BadCategory);
        let mut long = chain(1_000);
        long[0].parent = Some("999".into());
        assert_eq!(paths(&long).unwrap_err().code, Code::BadCategory, "a loop longer than any path");
    }

    #[test]
    fn a_path_is_numbered_with_all_above_it() {
        let mut categories = Categories::default();
        let boots = categories.number(&["Shop".into(), "Boots".into()]).unwrap();
        let poles = categories.number(&["Shop".into(), "Poles".into()]).unwrap();
        assert_eq!((boots, poles), (CategoryNumber(1), CategoryNumber(2)));
        assert_eq!(categories.upwards(poles).collect::<Vec<_>>(), [poles, CategoryNumber(0)]);
        assert_eq!(categories.path(boots).collect::<Vec<_>>(), ["Shop", "Boots"]);
        assert_eq!(categories.find(&["Shop", "Poles"]), Some(poles));
        assert_eq!(categories.find(&["Poles"]), None);
    }
}

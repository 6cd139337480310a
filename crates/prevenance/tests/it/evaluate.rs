//! `prevenance evaluate`: recommenders are graded by what a shop's own customers took, and nothing is left behind.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::shop::PROGRAM;

/// Numbers that are the same in every run (Knuth's multiplier).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Orders of 120 people of two tastes: each orders three items of the forty of their taste on ten days of January, and a
/// bag that everybody takes now and then. The last two days are of February.
fn two_tastes() -> String {
    let (mut table, mut numbers) = (String::from("user,item,at,basket,title,category\n"), Numbers(7));
    for day in 1..=12 {
        let date = if day > 10 { format!("2026-02-{day:02}") } else { format!("2026-01-{day:02}T10:00:00Z") };
        for person in 0..120 {
            let taste = ["shoe", "lamp"][person % 2];
            for _ in 0..3 {
                let item = format!("{taste}-{}", numbers.below(40));
                writeln!(table, "p{person},{item},{date},o-{person}-{day},\"{taste}, fine\",Home > {taste}").unwrap();
            }
            if numbers.below(4) == 0 {
                writeln!(table, "p{person},bag,{date},o-{person}-{day},,").unwrap();
            }
        }
    }
    table
}

/// A folder with a history, and one that is the program's for what is temporary.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(table: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("past.csv"), table).unwrap();
        fs::create_dir(folder.path().join("temporary")).unwrap();
        Self { folder }
    }

    fn command(&self, flags: &[&str]) -> Command {
        self.plain(&[&["--from", "2026-02-01"], flags].concat())
    }

    /// With these flags only.
    fn plain(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["evaluate", "past.csv"]).args(flags).current_dir(self.folder.path());
        command.env("TMPDIR", self.folder.path().join("temporary"));
        command
    }

    fn run(&self, flags: &[&str]) -> Output {
        let output = self.command(flags).output().unwrap();
        assert_eq!(self.left(), 0, "temporary data are left");
        output
    }

    /// The objects of a file that has one a line.
    fn lines(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn left(&self) -> usize {
        fs::read_dir(self.folder.path().join("temporary")).unwrap().count()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.folder.path().join(name)).unwrap()).unwrap()
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_knows_the_taste_is_better_than_what_is_popular() {
    let desk = Desk::with(&two_tastes());
    // Neither a configuration that lies here nor a variable of the shop's own program is meant for the copy.
    fs::write(desk.folder.path().join("prevenance.toml"), "listen = 3").unwrap();
    let flags = ["--json", "found.json", "--lists", "lists.jsonl", "--recommender", "personal", "hybrid"];
    let mut command = desk.command(&flags);
    let output = command.env("PREVENANCE__LISTEN", "nowhere").output().unwrap();
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(desk.left(), 0, "temporary data are left");
    let printed = String::from_utf8_lossy(&output.stdout);
    let found = desk.json("found.json");
    assert_eq!((&found["tested"], &found["newcomers"], &found["rows"]["bad"]), (&120.into(), &0.into(), &0.into()));
    assert_eq!(found["training"]["persons"], 120, "{}", found["training"]);
    let names: Vec<&str> = all(&found).iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["popular", "personal", "hybrid"], "popular comes unasked");
    for one in all(&found) {
        assert_eq!(one["not_personal"], 0, "{one}");
        assert!(one["requests_per_s"].as_f64().unwrap() > 0.0);
        for question in ["new", "any"] {
            let graded = &one[question]["all"];
            assert_eq!(one[question]["mean_length"], 20.0, "lists are full: {one}");
            assert!(graded["users"].as_u64().unwrap() > 80 && graded["coverage"].as_f64().unwrap() > 0.0, "{graded}");
            for metric in ["recall", "ndcg", "mrr", "popularity"] {
                let [low, mean, high] = ["low", "mean", "high"].map(|name| graded[metric][name].as_f64().unwrap());
                assert!(0.0 <= low && low <= mean && mean <= high && high <= 1.0, "{metric}: {graded}");
            }
            assert_eq!(one[question]["light"]["users"], 0, "everybody came ten times");
            assert_eq!(one[question]["cold"]["users"], 0, "every item was bought before");
            if one["name"] != "popular" {
                let more = &graded["minus_popular"]["ndcg"];
                assert!(more["low"].as_f64().unwrap() > 0.0, "{question}: {one}\n{printed}");
            }
        }
    }
    assert!(printed.contains("hybrid - popular: recall +") && printed.contains("NDCG@20"), "{printed}");
    let lists = desk.lines("lists.jsonl");
    assert_eq!(lists.len(), 3 * 2 * 120, "one for each recommender, question and user");
    let of_one = |list: &&Value| {
        (&list["recommender"], &list["question"], &list["user"]) == (&"hybrid".into(), &"any".into(), &"p3".into())
    };
    let list = lists.iter().find(of_one).unwrap()["items"].as_array().unwrap();
    assert!(list.len() == 20 && list.iter().filter(|item| item.as_str().unwrap().starts_with("lamp")).count() > 10);
}

fn all(found: &Value) -> &[Value] {
    found["recommenders"].as_array().unwrap()
}

#[test]
fn bad_rows_are_told_and_the_others_count() {
    let mut table = two_tastes();
    table.push_str("p1,,2026-01-02,b,,\np1,shoe-1,yesterday,b,,\np1,shoe-1\n");
    // Of the last period: an item that nobody knew, somebody new; and behind it.
    table.push_str("p1,rug,2026-02-11,c,,\nnew,rug,2026-02-11,d,,\np1,shoe-1,2027-01-01,e,,\n");
    let desk = Desk::with(&table);
    let flags =
        ["--json", "found.json", "--recommender", "popular", "--users", "9", "--count", "5", "--until", "2026-03-01"];
    let output = desk.run(&flags);
    assert!(output.status.success(), "{}", error(&output));
    let lines = table.lines().count();
    let told = error(&output);
    assert!(told.contains(&format!("line {}: `item` is empty", lines - 5)), "{told}");
    assert!(told.contains(&format!("line {}: `at` is no day", lines - 4)), "{told}");
    assert!(told.contains(&format!("line {}: ", lines - 3)), "{told}");
    let found = desk.json("found.json");
    let rows = &found["rows"];
    assert_eq!((&rows["bad"], &rows["later"], &rows["read"]), (&3.into(), &1.into(), &(lines - 1).into()));
    assert_eq!((&found["tested"], &found["newcomers"], &found["cold_items"]), (&9.into(), &1.into(), &1.into()));
    // The same users are drawn again, and everything is the same but the time that it took.
    desk.run(&flags);
    assert_eq!(found["recommenders"][0]["any"], desk.json("found.json")["recommenders"][0]["any"]);
}

#[test]
fn what_cannot_be_evaluated_is_said() {
    let says = |table: &str, flags: &[&str], expected: &str| {
        let output = Desk::with(table).run(flags);
        assert!(!output.status.success() && error(&output).contains(expected), "{}", error(&output));
    };
    says("user,product,at\na,b,2026-01-01\n", &[], "there is no column `item`; there are user, product, at");
    says("user,item,at\na,b,soon\n", &[], "of 1 rows none says what somebody did; line 2: `at` is no day");
    says("user,item,at\na,b,2026-03-01\n", &[], "nothing happened before 2026-02-01T00:00:00Z");
    says("user,item,at\na,b,2026-01-01\n", &[], "nobody who came before took anything since");
    says("user,item,at\na,b,2026-01-01\n", &["--until", "2026-01-05"], "--until must be after --from");
    says(&two_tastes(), &["--recommender", "magic"], "the recommender `magic` cannot be evaluated");
}

/// Clicks of sessions: each walks along one of eight aisles of twelve items, a step every minute from where it entered,
/// and everybody looks at the offers in between. Eight sessions a day.
fn walks(days: std::ops::RangeInclusive<u32>, prefix: &str) -> String {
    let (mut table, mut numbers) = (String::from("session,item,at\n"), Numbers(5));
    for day in days {
        for session in 0..8 {
            let (aisle, from) = (numbers.below(8), numbers.below(6));
            for step in 0..5 {
                let item = if step == 2 { "offers".to_owned() } else { format!("{aisle}-{}", from + step) };
                writeln!(table, "{prefix}{day}-{session},{item},2026-01-{day:02}T{session:02}:{step:02}:00Z").unwrap();
            }
        }
    }
    table
}

#[test]
fn what_knows_the_way_foretells_the_next_click() {
    let desk = Desk::with(&walks(1..=28, "s"));
    let flags =
        ["--json", "found.json", "--lists", "lists.jsonl", "--recommender", "session", "hybrid", "--count", "5"];
    let output = desk.plain(&[&["--sessions", "--from", "2026-01-25"], &flags[..]].concat()).output().unwrap();
    assert!(output.status.success() && desk.left() == 0, "{}", error(&output));
    let found = desk.json("found.json");
    let counts = ["sessions", "tested", "questions", "begun", "short"].map(|name| found[name].as_u64().unwrap());
    assert_eq!(counts, [224, 32, 128, 0, 0], "five clicks have four that come next");
    assert_eq!((&found["events"]["sent"], &found["training"]["deeds"]), (&960.into(), &960.into()));
    let names: Vec<&str> = all(&found).iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["popular", "session", "hybrid"]);
    for one in all(&found) {
        assert_eq!((&one["not_personal"], &one["first"]["questions"]), (&0.into(), &32.into()), "{one}");
        let hits = |after: &str| one[after]["hit_rate"]["mean"].as_f64().unwrap();
        if one["name"] == "session" {
            assert!(hits("all") > 0.9 && hits("first") > 0.9, "{one}");
            assert!(one["all"]["minus_popular"]["mrr"]["low"].as_f64().unwrap() > 0.2, "{one}");
        }
        for metric in ["hit_rate", "ndcg", "mrr", "popularity"] {
            let [low, mean, high] = ["low", "mean", "high"].map(|name| one["all"][metric][name].as_f64().unwrap());
            assert!(0.0 <= low && low <= mean && mean <= high && high <= 1.0, "{metric}: {one}");
        }
    }
    let lists = desk.lines("lists.jsonl");
    assert_eq!(lists.len(), 3 * 128);
    let after_three = lists.iter().filter(|list| list["recommender"] == "session" && list["clicks"] == 3);
    assert!(
        after_three.clone().count() == 32
            && after_three.clone().all(|list| list["items"].as_array().unwrap().len() <= 5)
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("session - popular: hit rate +") && printed.contains("hit rate@5"), "{printed}");
}

#[test]
fn sessions_of_a_table_of_their_own_are_foretold_from_all_of_the_other() {
    let desk = Desk::with(&walks(1..=10, "s"));
    // One that had begun before, one of a single item, one that looks at an item twice, and a bad row.
    let mut tested = walks(2..=3, "t");
    tested.push_str("s1-0,0-1,2026-01-09\nalone,0-1,2026-01-09\nalone,0-1,2026-01-09\n,0-1,2026-01-09\n");
    tested.push_str("twice,0-1,2026-01-09T10:00:00Z\ntwice,0-2,2026-01-09T10:01:00Z\ntwice,0-2,2026-01-09T10:02:00Z\n");
    fs::write(desk.folder.path().join("tested.csv"), &tested).unwrap();
    let output = desk.plain(&["--sessions", "--test", "tested.csv", "--json", "found.json"]).output().unwrap();
    assert!(output.status.success(), "{}", error(&output));
    assert!(error(&output).contains("tested.csv, line 85: `session` is empty"), "{}", error(&output));
    let found = desk.json("found.json");
    let counts = ["tested", "questions", "begun", "short"].map(|name| found[name].as_u64().unwrap());
    assert_eq!(counts, [17, 65, 1, 1], "what stays on the screen is not asked for");
    let names: Vec<&str> = all(&found).iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["popular", "viewed_together", "session", "hybrid"], "what is evaluated if nothing is said");
    assert_eq!((&found["from"], &found["test"]), (&Value::Null, &"tested.csv".into()));
    let says = |flags: &[&str], expected: &str| {
        let output = desk.plain(flags).output().unwrap();
        assert!(!output.status.success() && error(&output).contains(expected), "{}", error(&output));
    };
    says(&["--sessions", "--from", "2027-01-01"], "no session that begins later looks at two items");
    says(
        &["--sessions", "--from", "2025-01-01"],
        "nothing happened before 2025-01-01T00:00:00Z: choose another --from",
    );
    says(&["--from", "2026-01-05"], "there is no column `user`; there are session, item, at");
    says(&["--sessions"], "--from <DATE>");
    says(&["--test", "tested.csv"], "--sessions");
    says(&["--sessions", "--test", "missing.csv"], "missing.csv: ");
    fs::write(desk.folder.path().join("tested.csv"), "session,item,at\ns1-0,0-1,2026-01-09\n").unwrap();
    says(&["--sessions", "--test", "tested.csv"], "no session that begins later looks at two items");
}

#[test]
fn an_evaluation_that_is_stopped_leaves_nothing() {
    let desk = Desk::with(&two_tastes());
    let mut child = desk.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_serving = |desk: &Desk| {
        let temporary = fs::read_dir(desk.folder.path().join("temporary")).unwrap();
        temporary.filter_map(Result::ok).any(|folder| Path::new(&folder.path()).join("data").exists())
    };
    while !is_serving(&desk) {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(desk.left(), 0);
}

//! Working time over weekends, holidays and changes of the clock.

use super::*;
use crate::policy::lapse::Lapse;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Monday to Friday, nine to five in Berlin, but not at Christmas.
fn usual() -> Value {
    json!({
        "zone": "Europe/Berlin", "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "from": "09:00", "to": "17:00", "holidays": ["2026-12-25"],
    })
}

/// Every day from and to, in a zone.
fn daily(zone: &str, from: &str, to: &str) -> Value {
    json!({"zone": zone, "days": Weekday::ALL, "from": from, "to": to})
}

fn read(value: &Value) -> WorkingTime {
    serde_json::from_value(value.clone()).unwrap()
}

fn working(text: &str) -> Working {
    match Lapse::parse(text).unwrap() {
        Lapse::Working(working) => working,
        Lapse::Clock(_) => panic!("{text} is by the clock"),
    }
}

fn check(hours: &Value, start: &str, length: &str, end: &str) {
    let (start, end) = (Timestamp::parse(start).unwrap(), Timestamp::parse(end).unwrap());
    let found = read(hours).after(start, working(length)).unwrap();
    assert_eq!(found.to_string(), end.to_string(), "{length} from {start} on");
}

#[test]
fn only_working_hours_count() {
    let hours = usual();
    check(&hours, "2026-11-23T09:00:00+01:00", "8 working hours", "2026-11-23T17:00:00+01:00");
    check(&hours, "2026-11-23T09:00:00+01:00", "1 working day", "2026-11-23T17:00:00+01:00");
    check(&hours, "2026-11-23T10:00:00+01:00", "8 working hours", "2026-11-24T10:00:00+01:00");
    check(&hours, "2026-11-23T10:00:00+01:00", "2 working days", "2026-11-25T10:00:00+01:00");
    check(&hours, "2026-11-23T06:30:00+01:00", "30 working minutes", "2026-11-23T09:30:00+01:00");
    check(&hours, "2026-11-23T17:00:00+01:00", "30 working minutes", "2026-11-24T09:30:00+01:00");
    check(&hours, "2026-11-27T16:00:00+01:00", "2 working hours", "2026-11-30T10:00:00+01:00");
    check(&hours, "2026-11-28T12:00:00+01:00", "1 working hour", "2026-11-30T10:00:00+01:00");
    check(&hours, "2026-12-24T16:00:00+01:00", "2 working hours", "2026-12-28T10:00:00+01:00");
}

#[test]
fn hours_are_those_of_the_zone() {
    check(
        &daily("America/New_York", "09:00", "17:00"),
        "2026-11-23T09:00:00Z",
        "1 working hour",
        "2026-11-23T15:00:00Z",
    );
    check(
        &daily("Asia/Kolkata", "09:00", "17:00"),
        "2026-11-23T00:00:00Z",
        "1 working hour",
        "2026-11-23T04:30:00Z",
    );
    check(
        &daily("Pacific/Kiritimati", "00:00", "24:00"),
        "2026-11-23T09:59:00Z",
        "1 working day",
        "2026-11-24T09:59:00Z",
    );
    check(&daily("UTC", "22:00", "24:00"), "2026-11-23T00:00:00Z", "3 working hours", "2026-11-24T23:00:00Z");
}

#[test]
fn the_clock_that_is_put_forward_or_back_changes_no_hour_of_work() {
    let hours = usual();
    // Over the night in which it changes, the same hour by the clock.
    check(&hours, "2026-03-27T16:00:00+01:00", "2 working hours", "2026-03-30T10:00:00+02:00");
    check(&hours, "2026-10-23T16:00:00+02:00", "2 working hours", "2026-10-26T10:00:00+01:00");
    check(&hours, "2026-03-27T10:00:00+01:00", "1 working day", "2026-03-30T10:00:00+02:00");
    // Of a night that is worked through, an hour is missing or comes twice: what has passed is what counts.
    let nights = daily("Europe/Berlin", "00:00", "06:00");
    check(&nights, "2026-03-29T00:00:00+01:00", "6 working hours", "2026-03-30T01:00:00+02:00");
    check(&nights, "2026-10-25T00:00:00+02:00", "6 working hours", "2026-10-25T05:00:00+01:00");
    // Work that would begin in the hour that is missing begins as much later; in the one that comes twice, at the first.
    let early = daily("Europe/Berlin", "02:30", "06:00");
    check(&early, "2026-03-29T00:00:00Z", "1 working hour", "2026-03-29T04:30:00+02:00");
    check(&early, "2026-10-24T22:00:00Z", "1 working hour", "2026-10-25T02:30:00+01:00");
    // On the other side of the world it changes the other way round.
    let sydney = daily("Australia/Sydney", "09:00", "17:00");
    check(&sydney, "2026-10-03T16:00:00+10:00", "2 working hours", "2026-10-04T10:00:00+11:00");
}

#[test]
fn working_time_is_counted_back_as_well() {
    let check = |end: &str, length: &str, begin: &str| {
        let (end, begin) = (Timestamp::parse(end).unwrap(), Timestamp::parse(begin).unwrap());
        let found = read(&usual()).before(end, working(length)).unwrap();
        assert_eq!(found.to_string(), begin.to_string(), "{length} before {end}");
    };
    check("2026-11-23T17:00:00+01:00", "2 working hours", "2026-11-23T15:00:00+01:00");
    check("2026-11-30T10:00:00+01:00", "2 working hours", "2026-11-27T16:00:00+01:00");
    check("2026-11-29T10:00:00+01:00", "1 working hour", "2026-11-27T16:00:00+01:00");
    check("2026-12-28T10:00:00+01:00", "2 working days", "2026-12-23T10:00:00+01:00");
    check("2026-03-30T10:00:00+02:00", "2 working hours", "2026-03-27T16:00:00+01:00");
}

#[test]
fn who_hardly_works_is_waited_for_a_year_at_most() {
    let mondays = json!({"zone": "UTC", "days": ["monday"], "from": "09:00", "to": "10:00"});
    let start = Timestamp::parse("2026-11-23T08:00:00Z").unwrap();
    let late = read(&mondays).after(start, working("120 working days")).unwrap();
    assert_eq!(late.since(start) / 86_400_000, i64::from(MAX_SEARCHED_DAYS));
    let early = read(&mondays).before(start, working("120 working days")).unwrap();
    assert_eq!(start.since(early) / 86_400_000, i64::from(MAX_SEARCHED_DAYS) + 1);
}

#[test]
fn a_zone_that_nobody_knows_is_an_error() {
    let nowhere = read(&daily("Mars/Olympus_Mons", "09:00", "17:00"));
    assert!(!nowhere.has_zone());
    assert_eq!(
        nowhere.after(Timestamp(0), working("1 working hour")).unwrap_err().code(),
        "Countersign.Broken"
    );
}

#[test]
fn an_instant_is_told_as_it_is_read_there() {
    let local = |zone: &str, at: &str| {
        read(&daily(zone, "09:00", "17:00")).local(Timestamp::parse(at).unwrap()).unwrap()
    };
    assert_eq!(local("Europe/Berlin", "2026-11-23T15:00:00Z"), "2026-11-23 16:00+01:00");
    assert_eq!(local("America/St_Johns", "2026-07-01T00:00:00Z"), "2026-06-30 21:30-02:30");
}

#[test]
fn days_begin_at_midnight_there_or_when_the_clock_is_put_forward_over_it() {
    for (zone, at, date, begins) in [
        ("Europe/Berlin", "2026-11-22T22:59:59Z", "2026-11-22", "2026-11-21T23:00:00Z"),
        ("Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-23", "2026-11-22T23:00:00Z"),
        ("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z"),
        ("Europe/Berlin", "2026-10-26T12:00:00Z", "2026-10-26", "2026-10-25T23:00:00Z"),
        ("Europe/Berlin", "2026-03-30T12:00:00Z", "2026-03-30", "2026-03-29T22:00:00Z"),
        ("America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06", "2026-09-06T04:00:00Z"),
    ] {
        let hours = read(&daily(zone, "09:00", "17:00"));
        let found = hours.date(Timestamp::parse(at).unwrap()).unwrap();
        assert_eq!(found.to_string(), date, "{zone} {at}");
        assert_eq!(hours.midnight(found).unwrap().to_string(), begins, "{zone} {date}");
    }
}

#[test]
fn times_and_days_that_there_are_not_are_refused() {
    let refused = |field: &str, value: Value| {
        let mut hours = usual();
        hours[field] = value;
        assert!(serde_json::from_value::<WorkingTime>(hours.clone()).is_err(), "{hours}");
    };
    for time in ["9:00", "24:01", "12:60", "noon", "", "09:0", "09:00:00", "-1:00"] {
        refused("from", json!(time));
    }
    for day in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "25.12.2026", "20261225", ""] {
        refused("holidays", json!([day]));
    }
    refused("days", json!(["someday"]));
    refused("zones", json!("UTC"));
    assert_eq!(serde_json::to_value(read(&usual())).unwrap(), usual());
    assert!(serde_json::from_value::<Day>(json!("2028-02-29")).is_ok());
}

/// The same, minute by minute.
fn by_walking(hours: &WorkingTime, start: Timestamp, minutes: u64) -> Timestamp {
    let zone = zone(&hours.zone).unwrap();
    let works = |at: Timestamp| {
        let local = zone.to_datetime(instant(at).unwrap());
        let day = Weekday::ALL[usize::try_from(local.weekday().to_monday_zero_offset()).unwrap()];
        let minute = u16::try_from(local.hour()).unwrap() * 60 + u16::try_from(local.minute()).unwrap();
        hours.days.contains(&day) && (hours.from.0..hours.to.0).contains(&minute)
    };
    let mut left = minutes;
    let mut at = start;
    while left > 0 {
        left -= u64::from(works(at));
        at = Timestamp(at.0 + 60_000);
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any zone, hours, days and start, also over a change of the clock.
    #[test]
    fn so_much_working_time_has_passed_and_no_more(
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
        days in prop::collection::btree_set(prop::sample::select(Weekday::ALL.to_vec()), 1..=7),
        from in 4u16..12, hours in 1u16..12, quarter in 0i64..3_000, change in 0usize..2, minutes in 1u32..1_200,
    ) {
        let time = |hour: u16| TimeOfDay(hour * 60);
        let working_time =
            WorkingTime { zone: zone.into(), days, from: time(from), to: time(from + hours), holidays: BTreeSet::new() };
        let around = ["2026-03-10T00:00:00Z", "2026-10-10T00:00:00Z"][change];
        let start = Timestamp(Timestamp::parse(around).unwrap().0 + quarter * 900_000);
        let length = Working { count: minutes, unit: Unit::Minute };
        let end = working_time.after(start, length).unwrap();
        prop_assert_eq!(end, by_walking(&working_time, start, minutes.into()));
        // Counted back it is the same time, but for what nobody works before and after.
        let back = working_time.before(end, length).unwrap();
        prop_assert!(back >= start);
        prop_assert_eq!(working_time.after(back, length).unwrap(), end);
    }
}

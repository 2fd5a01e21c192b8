//! Says something to many people: several at a time, and one who cannot be told holds up no other.

use crate::{Error, Result};
use futures_util::{StreamExt, stream};
use std::future::Future;

/// How many people one message of the queue is told to at the same time.
pub const MAX_AT_ONCE: usize = 5;

/// Does `each` for all items, at most [`MAX_AT_ONCE`] at a time.
///
/// # Errors
/// The weightiest of all, once the last is done: if something can be tried again, when the last of it can.
pub(super) async fn for_all<T, F>(items: impl IntoIterator<Item = T>, each: impl FnMut(T) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let done: Vec<Result<()>> = stream::iter(items).map(each).buffered(MAX_AT_ONCE).collect().await;
    done.into_iter().reduce(weightier).unwrap_or(Ok(()))
}

fn weightier(one: Result<()>, other: Result<()>) -> Result<()> {
    use Error::Unavailable;
    let first = match (&one, &other) {
        (_, Ok(())) => true,
        (Err(Unavailable { retry_at: one, .. }), Err(Unavailable { retry_at: other, .. })) => one >= other,
        (Err(Unavailable { .. }), _) => true,
        (_, Err(Unavailable { .. })) => false,
        (one, _) => one.is_err(),
    };
    if first { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use std::{
        cell::Cell,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    fn run<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return done;
            }
        }
    }

    fn later(millis: i64) -> Result<()> {
        Err(Error::Unavailable { service: "chat", retry_at: Some(Timestamp(millis)) })
    }

    fn check(results: &[Result<()>], expected: &Result<()>) {
        for results in [results.to_vec(), results.iter().rev().cloned().collect()] {
            let done = run(for_all(results.clone(), async |result| result));
            assert_eq!(done, *expected, "{results:?}");
        }
    }

    #[test]
    fn of_many_failures_the_last_time_to_try_again_is_told() {
        let never = || Err(Error::Refused("no".into()));
        check(&[], &Ok(()));
        check(&[Ok(()), Ok(())], &Ok(()));
        check(&[Ok(()), never(), Ok(())], &never());
        check(&[later(1), later(3), later(2)], &later(3));
        check(&[Err(Error::unavailable("chat")), later(1), Ok(())], &later(1));
        check(&[never(), later(1), Err(Error::Conflict)], &later(1));
    }

    #[test]
    fn all_are_told_and_only_so_many_at_a_time() {
        for count in [0, 1, MAX_AT_ONCE, 3 * MAX_AT_ONCE + 1] {
            let (now, most, told) = (Cell::new(0), Cell::new(0), Cell::new(0));
            let each = async |_: usize| {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                give_way().await;
                now.set(now.get() - 1);
                told.set(told.get() + 1);
                later(1)
            };
            assert_eq!(run(for_all(0..count, each)).is_err(), count > 0);
            assert_eq!((told.get(), most.get()), (count, count.min(MAX_AT_ONCE)));
        }
    }

    async fn give_way() {
        let mut given = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut given, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

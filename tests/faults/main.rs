//! What must hold when things go wrong: functions that spin or eat memory, a server that is killed, asked to end, full, or
//! fed nonsense. One after the other, because they measure.

mod crash;
mod database;
mod external;
mod images;
mod isolation;
mod key;
mod loss;
mod malformed;
mod nodes;
mod probes;
mod records;
mod rotation;
mod saturation;
mod secrets;
mod shutdown;
mod telemetry;

use libtest_mimic::{Arguments, Trial};
use ramekin_tests::{Result, report};
use std::process::ExitCode;

type Test = (&'static str, fn() -> Result<()>);

const TESTS: &[Test] = &[
    ("a_call_is_one_trace_with_all_that_it_asks_for", telemetry::a_call_is_one_trace_with_all_that_it_asks_for),
    ("a_collector_that_takes_nothing_is_nobodys_problem", telemetry::a_collector_that_takes_nothing_is_nobodys_problem),
    ("a_full_server_says_so", saturation::a_full_server_says_so),
    ("a_killed_server_comes_back_with_all_it_acknowledged", crash::a_killed_server_comes_back_with_all_it_acknowledged),
    ("a_restarted_server_has_its_functions", crash::a_restarted_server_has_its_functions),
    ("a_second_server_on_the_same_data_is_refused", crash::a_second_server_on_the_same_data_is_refused),
    ("an_app_that_one_server_deletes_is_gone_on_the_other", nodes::an_app_that_one_server_deletes_is_gone_on_the_other),
    ("an_app_has_so_many_functions", nodes::an_app_has_so_many_functions),
    ("an_image_goes_with_its_version", images::an_image_goes_with_its_version),
    (
        "cases_of_databases_pass_on_somebody_elses_postgresql",
        external::cases_of_databases_pass_on_somebody_elses_postgresql,
    ),
    ("deeply_nested_source_is_refused", malformed::deeply_nested_source_is_refused),
    ("functions_serve_while_the_database_is_away", database::functions_serve_while_the_database_is_away),
    (
        "functions_that_query_go_on_after_the_database_stood_still",
        database::functions_that_query_go_on_after_the_database_stood_still,
    ),
    ("functions_whose_variables_cannot_be_read_do_not_run", key::functions_whose_variables_cannot_be_read_do_not_run),
    (
        "images_that_cannot_be_written_are_served_from_memory",
        images::images_that_cannot_be_written_are_served_from_memory,
    ),
    ("memory_bombs_stay_within_their_limit", isolation::memory_bombs_stay_within_their_limit),
    ("one_of_two_servers_is_killed_and_nothing_is_lost", loss::one_of_two_servers_is_killed_and_nothing_is_lost),
    ("records_that_are_lost_are_counted_to_the_call", records::records_that_are_lost_are_counted_to_the_call),
    ("keys_rotate_and_nothing_is_lost", rotation::keys_rotate_and_nothing_is_lost),
    ("keys_rotate_while_servers_run", rotation::keys_rotate_while_servers_run),
    ("what_one_server_records_the_other_streams", nodes::what_one_server_records_the_other_streams),
    ("what_one_server_changes_the_other_knows", nodes::what_one_server_changes_the_other_knows),
    ("secrets_are_found_nowhere", secrets::secrets_are_found_nowhere),
    ("streams_of_logs_end_with_the_server", shutdown::streams_of_logs_end_with_the_server),
    ("running_calls_are_answered_before_the_end", shutdown::running_calls_are_answered_before_the_end),
    ("spinning_functions_slow_nobody_down", isolation::spinning_functions_slow_nobody_down),
    ("ten_thousand_malformed_requests", malformed::ten_thousand_malformed_requests),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They measure: no two at once.
    arguments.test_threads = Some(1);
    let trial = |&(name, test): &Test| Trial::test(name, move || test().map_err(|error| report::failed(&error)));
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit_code()
}

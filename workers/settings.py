"""What Celery is told. It wakes and nothing else: the database is the truth, and losing the broker loses no work."""

from typing import Any

SETTINGS: dict[str, Any] = {
    # Results, events and arguments have no place here.
    "result_backend": None,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
    "enable_utc": True,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "worker_hijack_root_logger": False,
    # What a worker took when it died comes back, soon: safe, since every task may run twice.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "broker_transport_options": {
        "visibility_timeout": 300,  # seconds; longer than any run
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,  # a look at every interval; kombu's own 10 makes it minutes
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "sg:",
    },
    # The broker may go and come back.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    # No run is long and none waits in a worker; a stop lets the one at hand come to its end.
    "worker_prefetch_multiplier": 1,
    "worker_eta_task_limit": 10,
    "task_soft_time_limit": 200,  # a relay may take 150 seconds over the last letter of a run, and is not cut short
    "task_time_limit": 220,
    "worker_soft_shutdown_timeout": 50,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 300_000,  # KiB
}

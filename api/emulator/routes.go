package emulator

import (
	"net/http"
	"slices"
)

var (
	datesAndLabels = []string{"fromDate", "toDate", "label", "callerIp"}
	plainFilters   = slices.Concat(datesAndLabels, []string{
		"messageId", "url", "topicName", "scheduleId", "queueName", "responseStatus",
	})
	workflowFilters = slices.Concat(datesAndLabels, []string{
		"workflowUrl", "workflowRunId", "workflowCreatedAt", "failureFunctionState", "flowControlKey",
	})
	paging       = []string{"cursor", "count"}
	byID         = []string{"dlqIds"}
	workflowList = []string{
		"source", "workflowUrl", "workflowRunId", "workflowCreatedAt", "failureFunctionState",
	}
)

var routes = []route{
	{
		method: http.MethodGet, path: "/v2/dlq", handle: (*call).listPlain, operation: "list",
		documented: slices.Concat(plainFilters, paging),
		tolerated:  slices.Concat(workflowList, byID, []string{"flowControlKey", "trimBody"}),
	},
	{
		method: http.MethodDelete, path: "/v2/dlq", handle: (*call).deletePlain, operation: "delete",
		documented: slices.Concat(plainFilters, paging, byID, []string{"flowControlKey"}),
	},
	{
		method: http.MethodPost, path: "/v2/dlq/retry", handle: (*call).retryMany, operation: "retry",
		documented: slices.Concat(plainFilters, byID, []string{"flowControlKey"}),
		tolerated:  paging,
	},
	{method: http.MethodPost, path: "/v2/dlq/retry/{}", handle: (*call).retryOne, operation: "retry"},
	{method: http.MethodGet, path: "/v2/dlq/{}", handle: (*call).getPlain, operation: "get"},
	{method: http.MethodDelete, path: "/v2/dlq/{}", handle: (*call).deleteOnePlain, operation: "delete"},

	{
		method: http.MethodGet, path: "/v2/workflows/dlq", handle: (*call).listWorkflows, operation: "list",
		documented: slices.Concat(workflowFilters, paging),
		tolerated:  []string{"trimBody", "dlqIds"},
	},
	{
		method: http.MethodDelete, path: "/v2/workflows/dlq", handle: (*call).deleteWorkflows, operation: "delete",
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{
		method: http.MethodPost, path: "/v2/workflows/dlq/resume", handle: (*call).resumeMany, operation: "resume",
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{
		method: http.MethodPost, path: "/v2/workflows/dlq/restart", handle: (*call).restartMany, operation: "restart",
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{method: http.MethodPost, path: "/v2/workflows/dlq/resume/{}", handle: (*call).resumeOne, operation: "resume"},
	{method: http.MethodPost, path: "/v2/workflows/dlq/restart/{}", handle: (*call).restartOne, operation: "restart"},
	{method: http.MethodPost, path: "/v2/workflows/dlq/callback/{}", handle: (*call).retryCallback, operation: "callback"},
	{method: http.MethodDelete, path: "/v2/workflows/dlq/callback/{}", handle: (*call).cancelCallback, operation: "callback"},
	{method: http.MethodGet, path: "/v2/workflows/dlq/{}", handle: (*call).getWorkflow, operation: "get"},
	{method: http.MethodDelete, path: "/v2/workflows/dlq/{}", handle: (*call).deleteOneWorkflow, operation: "delete"},

	{
		method: http.MethodGet, path: "/v2/logs", handle: (*call).listLogs, operation: "logs",
		documented: logKeys, tolerated: undocumentedLogKeys,
	},
	{
		method: http.MethodGet, path: "/v2/events", handle: (*call).listEvents, operation: "logs",
		documented: logKeys, tolerated: undocumentedLogKeys,
	},
	{
		method: http.MethodGet, path: "/v2/workflows/logs", handle: (*call).listRuns, operation: "logs",
		documented: runKeys, tolerated: []string{"groupBy"},
	},
	{
		method: http.MethodGet, path: "/v2/workflows/events", handle: (*call).listRuns, operation: "logs",
		documented: runKeys, tolerated: []string{"groupBy"},
	},

	{
		method: http.MethodDelete, path: "/v2/workflows/runs", handle: (*call).cancelRuns, operation: "runs",
		documented: cancelRunKeys,
	},
	{method: http.MethodDelete, path: "/v2/workflows/runs/{}", handle: (*call).cancelRun, operation: "runs"},

	{method: http.MethodPost, path: "/v2/publish/{...}", handle: (*call).publish, operation: "publish", publishes: true},
	{method: http.MethodPost, path: "/v2/enqueue/{}/{...}", handle: (*call).enqueue, operation: "publish", publishes: true},
	{method: http.MethodPost, path: "/v2/batch", handle: (*call).batch, operation: "publish", publishes: true},

	{
		method: http.MethodDelete, path: "/v2/messages", handle: (*call).cancelMessages, operation: "messages",
		documented: cancelMessageKeys,
	},
	{method: http.MethodGet, path: "/v2/messages/{}", handle: (*call).getMessage, operation: "messages"},
	{method: http.MethodDelete, path: "/v2/messages/{}", handle: (*call).cancelMessage, operation: "messages"},

	{method: http.MethodGet, path: "/v2/queues", handle: (*call).listQueues, operation: "queues"},
	{method: http.MethodPost, path: "/v2/queues", handle: (*call).upsertQueue, operation: "queues"},
	{method: http.MethodDelete, path: "/v2/queues/{}", handle: (*call).removeQueue, operation: "queues"},
	{method: http.MethodGet, path: "/v2/queues/{}", handle: (*call).getQueue, operation: "queues"},
	{method: http.MethodPost, path: "/v2/queues/{}/pause", handle: (*call).pauseQueue, operation: "queues"},
	{method: http.MethodPost, path: "/v2/queues/{}/resume", handle: (*call).resumeQueue, operation: "queues"},

	{
		method: http.MethodGet, path: "/v2/flowControl", handle: (*call).listFlowKeys, operation: "flow",
		tolerated: []string{"search"},
	},
	{method: http.MethodGet, path: "/v2/flowControl/{}", handle: (*call).getFlowKey, operation: "flow"},
	{method: http.MethodPost, path: "/v2/flowControl/{}/pause", handle: (*call).pauseFlowKey, operation: "flow"},
	{method: http.MethodPost, path: "/v2/flowControl/{}/resume", handle: (*call).resumeFlowKey, operation: "flow"},
	{
		method: http.MethodPost, path: "/v2/flowControl/{}/pin", handle: (*call).pinFlowKey, operation: "flow",
		documented: []string{"parallelism", "rate", "period"},
	},
	{
		method: http.MethodPost, path: "/v2/flowControl/{}/unpin", handle: (*call).unpinFlowKey, operation: "flow",
		documented: []string{"parallelism", "rate"},
	},
	{method: http.MethodPost, path: "/v2/flowControl/{}/resetRate", handle: (*call).resetFlowKey, operation: "flow"},

	{method: http.MethodGet, path: "/v2/topics", handle: (*call).listGroups, operation: "topics"},
	{method: http.MethodGet, path: "/v2/topics/{}", handle: (*call).getGroup, operation: "topics"},
	{method: http.MethodDelete, path: "/v2/topics/{}", handle: (*call).removeGroup, operation: "topics"},
	{method: http.MethodPost, path: "/v2/topics/{}/endpoints", handle: (*call).addEndpoints, operation: "topics"},
	{method: http.MethodDelete, path: "/v2/topics/{}/endpoints", handle: (*call).removeEndpoints, operation: "topics"},

	{method: http.MethodGet, path: "/v2/globalParallelism", handle: (*call).globalParallelism, operation: "flow"},
	{method: http.MethodGet, path: "/v2/keys", handle: (*call).signingKeys, operation: "keys"},
}

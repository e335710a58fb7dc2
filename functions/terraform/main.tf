# The deployment that `sheetflow deploy` does with gcloud, for those who keep their cloud in Terraform. A test holds the
# two equal: change sheetflow/cli/deployment/declaration.py first.

terraform {
  required_version = ">= 1.11" # values that are written and not kept in the state
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.25"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.7"
    }
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.4"
    }
  }
}

locals {
  apis = [
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "drive.googleapis.com",
    "forms.googleapis.com",
    "gmail.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "sheets.googleapis.com",
  ]

  accounts = {
    functions = "sheetflow: runs the functions"
    scheduler = "sheetflow: calls the scheduled pass"
    build     = "sheetflow: builds the functions"
  }

  build_roles = [
    "roles/artifactregistry.writer",
    "roles/logging.logWriter",
    "roles/storage.objectViewer",
  ]

  # Where people have tasks: the functions act as them, by tokens that IAM signs.
  tasks_apis = {
    ""  = []
    yes = ["iamcredentials.googleapis.com", "tasks.googleapis.com"]
  }
  signers = {
    ""  = {}
    yes = { functions = "roles/iam.serviceAccountTokenCreator" }
  }

  # Where a Chat space is told of what happens.
  webhooks = {
    ""  = {}
    yes = { SHEETFLOW_CHAT_WEBHOOK = "chat-webhook" }
  }

  # Variable -> the end of the secret's name.
  secrets = merge(local.own_secrets, local.webhooks[var.chat])
  own_secrets = {
    SHEETFLOW_INBOX_KEY        = "inbox-key"
    SHEETFLOW_LINK_KEY         = "link-key"
    SHEETFLOW_MAIL_CREDENTIALS = "mail-credentials"
  }
  made_up = {
    SHEETFLOW_INBOX_KEY = "inbox-key"
    SHEETFLOW_LINK_KEY  = "link-key"
  }
}

resource "google_project_service" "api" {
  for_each           = toset(concat(local.apis, local.tasks_apis[var.tasks]))
  project            = var.project
  service            = each.key
  disable_on_destroy = false # others may use it
}

resource "google_service_account" "account" {
  for_each     = local.accounts
  project      = var.project
  account_id   = "${var.prefix}-${each.key}"
  display_name = each.value
  depends_on   = [google_project_service.api]
}

resource "google_project_iam_member" "build" {
  for_each = toset(local.build_roles)
  project  = var.project
  role     = each.key
  member   = google_service_account.account["build"].member
}

# --- secrets: made up on the first run, sent to Secret Manager, and kept nowhere else

resource "google_secret_manager_secret" "secret" {
  for_each  = local.secrets
  project   = var.project
  secret_id = "${var.prefix}-${each.value}"
  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  depends_on = [google_project_service.api]
}

ephemeral "random_password" "key" {
  for_each = local.made_up
  length   = 64
  special  = false
}

resource "google_secret_manager_secret_version" "key" {
  for_each               = local.made_up
  secret                 = google_secret_manager_secret.secret[each.key].id
  secret_data_wo         = ephemeral.random_password.key[each.key].result
  secret_data_wo_version = var.secret_values
}

resource "google_secret_manager_secret_version" "mail_credentials" {
  secret                 = google_secret_manager_secret.secret["SHEETFLOW_MAIL_CREDENTIALS"].id
  secret_data_wo         = var.mail_credentials
  secret_data_wo_version = var.secret_values
}

resource "google_secret_manager_secret_version" "chat_webhook" {
  for_each               = local.webhooks[var.chat]
  secret                 = google_secret_manager_secret.secret[each.key].id
  secret_data_wo         = var.chat_webhook
  secret_data_wo_version = var.secret_values
}

resource "google_secret_manager_secret_iam_member" "functions" {
  for_each  = local.secrets
  project   = var.project
  secret_id = google_secret_manager_secret.secret[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.account["functions"].member
}

# --- work that could not be finished is tried again, one piece at a time

resource "google_cloud_tasks_queue" "again" {
  project  = var.project
  location = var.region
  name     = "${var.prefix}-again"
  rate_limits {
    max_concurrent_dispatches = 1
    max_dispatches_per_second = 1
  }
  retry_config {
    max_attempts = 10
    min_backoff  = "5s"
    max_backoff  = "300s"
  }
  depends_on = [google_project_service.api]
}

resource "google_cloud_tasks_queue_iam_member" "functions" {
  project  = var.project
  location = var.region
  name     = google_cloud_tasks_queue.again.name
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.account["functions"].member
}

# A task bears a token of the scheduler's account: whoever asks for one must be allowed to act as it.
resource "google_service_account_iam_member" "functions" {
  service_account_id = google_service_account.account["scheduler"].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.account["functions"].member
}

# A token that acts as a person is signed by IAM, for the account itself has no key.
resource "google_service_account_iam_member" "signer" {
  for_each           = local.signers[var.tasks]
  service_account_id = google_service_account.account["functions"].name
  role               = each.value
  member             = google_service_account.account["functions"].member
}

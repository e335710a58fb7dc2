# The functions, who may call them, and the scheduled pass.

locals {
  functions = {
    on_edit        = { name = "${var.prefix}-on-edit", timeout = 120, min_instances = var.min_instances }
    on_form_submit = { name = "${var.prefix}-on-form-submit", timeout = 300, min_instances = 0 }
    on_schedule    = { name = "${var.prefix}-on-schedule", timeout = 300, min_instances = 0 }
    request_page   = { name = "${var.prefix}-request-page", timeout = 60, min_instances = var.min_instances }
  }

  callers = {
    on_edit        = "user:${var.trigger_account}"
    on_form_submit = "user:${var.trigger_account}"
    on_schedule    = google_service_account.account["scheduler"].member
    request_page   = "allUsers" # its links are signed
  }

  # Those whose callers bear tokens that are made for the trigger's client id.
  with_audience = ["on_edit", "on_form_submit", "on_schedule"]

  # These addresses are known before the functions are there.
  root = "https://${var.region}-${var.project}.cloudfunctions.net"

  variables = {
    SHEETFLOW_SPREADSHEET       = var.spreadsheet
    SHEETFLOW_LANGUAGE          = var.language
    SHEETFLOW_FORM              = var.form
    SHEETFLOW_FOLDER            = var.folder
    SHEETFLOW_SENDER            = var.sender
    SHEETFLOW_PAGE_URL          = coalesce(var.page_url, "${local.root}/${var.prefix}-request-page")
    SHEETFLOW_AUDIENCE          = var.audience
    SHEETFLOW_TRIGGER_ACCOUNT   = var.trigger_account
    SHEETFLOW_SCHEDULER_ACCOUNT = google_service_account.account["scheduler"].email
    SHEETFLOW_QUEUE             = "projects/${var.project}/locations/${var.region}/queues/${var.prefix}-again"
    SHEETFLOW_SCHEDULE_URL      = "${local.root}/${var.prefix}-on-schedule"
    THREADS                     = "${var.concurrency}"
  }
  environment = { for name, value in local.variables : name => value if value != "" }
}

data "archive_file" "source" {
  type        = "zip"
  source_dir  = var.source_folder
  output_path = "${path.root}/.terraform/sheetflow-source.zip"
}

resource "google_storage_bucket" "source" {
  project                     = var.project
  name                        = "${var.project}-${var.prefix}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

resource "google_storage_bucket_object" "source" {
  bucket = google_storage_bucket.source.name
  name   = "${data.archive_file.source.output_sha256}.zip"
  source = data.archive_file.source.output_path
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions
  project  = var.project
  location = var.region
  name     = each.value.name

  build_config {
    runtime         = "python312"
    entry_point     = each.key
    service_account = google_service_account.account["build"].id
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.account["functions"].email
    available_memory                 = var.memory
    available_cpu                    = "1"
    timeout_seconds                  = each.value.timeout
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = each.value.min_instances
    max_instance_count               = var.max_instances
    ingress_settings                 = "ALLOW_ALL"
    all_traffic_on_latest_revision   = true
    environment_variables            = local.environment

    dynamic "secret_environment_variables" {
      for_each = local.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = "${var.prefix}-${secret_environment_variables.value}"
        version    = "latest"
      }
    }
  }

  depends_on = [
    google_logging_project_exclusion.addresses,
    google_project_iam_member.build,
    google_secret_manager_secret_iam_member.functions,
    google_secret_manager_secret_version.key,
    google_secret_manager_secret_version.mail_credentials,
    google_secret_manager_secret_version.chat_webhook,
  ]
}

# Cloud Run logs each request with its address, and the page's addresses bear what lets people in.
resource "google_logging_project_exclusion" "addresses" {
  project     = var.project
  name        = "${var.prefix}-request-page-addresses"
  description = "sheetflow: addresses of the request page bear the tokens of its links"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.prefix}-request-page\" AND resource.labels.location=\"${var.region}\" AND logName=\"projects/${var.project}/logs/run.googleapis.com%2Frequests\""
  depends_on  = [google_project_service.api]
}

resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.callers
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = each.value
}

# The function's resource has no word for audiences; its Cloud Run service has, and keeps them.
resource "terraform_data" "audience" {
  for_each         = toset(local.with_audience)
  triggers_replace = [var.audience, google_cloudfunctions2_function.function[each.key].update_time]
  provisioner "local-exec" {
    command = "gcloud run services update ${local.functions[each.key].name} --region=${var.region} --add-custom-audiences=${var.audience} --project=${var.project} --quiet"
  }
}

resource "google_cloud_scheduler_job" "pass" {
  project          = var.project
  region           = var.region
  name             = "${var.prefix}-pass"
  schedule         = var.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "300s"
  retry_config {
    retry_count = 1
  }
  http_target {
    uri         = "${local.root}/${var.prefix}-on-schedule"
    http_method = "POST"
    oidc_token {
      service_account_email = google_service_account.account["scheduler"].email
      audience              = var.audience
    }
  }
  depends_on = [google_cloudfunctions2_function.function]
}

output "urls" {
  description = "where the functions are served"
  value       = { for key, function in google_cloudfunctions2_function.function : key => function.url }
}

output "service_account" {
  description = "whom the spreadsheet, the form and the folder have to be shared with"
  value       = google_service_account.account["functions"].email
}

# The settings that `sheetflow deploy` reads from SHEETFLOW_…, under the same names.

variable "project" {
  type        = string
  description = "the Google Cloud project's id"
}

variable "region" {
  type        = string
  description = "where the functions run"
  default     = "europe-west1"
}

variable "prefix" {
  type        = string
  description = "what the names of everything deployed begin with"
  default     = "sheetflow"
}

variable "spreadsheet" {
  type        = string
  description = "the id of the registry's spreadsheet"
}

variable "language" {
  type        = string
  description = "the registry's language: en or ru"
  default     = "en"
}

variable "form" {
  type        = string
  description = "the id of the form that requests are asked for in, where there is one"
  default     = ""
}

variable "folder" {
  type        = string
  description = "the id of the Drive folder that invoices and payment orders are put into, where there is one"
  default     = ""
}

variable "sender" {
  type        = string
  description = "the address that mail is sent from"
}

variable "page_url" {
  type        = string
  description = "where the request page is served"
  default     = ""
}

variable "audience" {
  type        = string
  description = "the audience of the tokens that the trigger and the scheduler send"
  validation {
    condition     = !strcontains(var.audience, ",")
    error_message = "One audience: the scheduler's token can be for one only."
  }
}

variable "trigger_account" {
  type        = string
  description = "the service user that owns the edit trigger"
}

variable "min_instances" {
  type        = number
  description = "instances of each function that people wait for, kept warm: 0 costs nothing while idle"
  default     = 0
}

variable "max_instances" {
  type        = number
  description = "instances of each function at most"
  default     = 3
}

variable "concurrency" {
  type        = number
  description = "requests that one instance serves at once"
  default     = 8
}

variable "memory" {
  type        = string
  description = "memory of an instance"
  default     = "512Mi"
}

variable "schedule" {
  type        = string
  description = "when the scheduled pass runs, as crontab says it"
  default     = "* * * * *"
}

variable "chat" {
  type        = string
  description = "yes: a Chat space is told of what happens; its webhook is a secret that `deploy` is given"
  default     = ""
}

variable "tasks" {
  type        = string
  description = "yes: people have tasks, so the functions' account may have IAM sign for it"
  default     = ""
}

# What only Terraform asks for.

variable "source_folder" {
  type        = string
  description = "the folder that `sheetflow deploy --stage FOLDER` wrote"
}

variable "mail_credentials" {
  type        = string
  description = "the sender's OAuth credentials as JSON (TF_VAR_mail_credentials); kept in no state"
  ephemeral   = true
  sensitive   = true
}

variable "chat_webhook" {
  type        = string
  description = "the address of the Chat space's webhook (TF_VAR_chat_webhook); kept in no state"
  default     = ""
  ephemeral   = true
  sensitive   = true
}

variable "secret_values" {
  type        = number
  description = "which value the secrets have: another number writes new ones, which the trigger has to be told"
  default     = 1
}

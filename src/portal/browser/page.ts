// On every page: wakes the design system's components. Its template would do it inline, which our policy forbids.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  Radios,
  ServiceNavigation,
  createAll,
} from 'govuk-frontend'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
createAll(Button)
createAll(Checkboxes)
createAll(ErrorSummary)
createAll(ExitThisPage)
createAll(NotificationBanner)
createAll(Radios)
createAll(ServiceNavigation)

// The package brings no types; these are all we use of it.
declare module 'govuk-frontend' {
  export interface Component {
    new (root: Element): unknown
  }
  export const Button: Component
  export const Checkboxes: Component
  export const ErrorSummary: Component
  export const ExitThisPage: Component
  export const NotificationBanner: Component
  export const Radios: Component
  export const ServiceNavigation: Component
  export function createAll(component: Component): void
}
